import GraftAPI
import JSON
import KubeCore
import ProgramOptions
import Trust
import Verification
import YAML

/// A file of VerificationPolicies, and of the TrustRoots that they name.
struct PolicyFile {
    private(set) var policies: [VerificationPolicy] = []
    private var roots: [(name: String, content: RootShelf.Content)] = []

    init(_ path: String) throws {
        let documents: [JSON]
        do { documents = try YAML.documents(try LocalFile(path).bytes()) } catch let error as YAMLError {
            throw CommandError("\(path): \(error)")
        }
        for (index, document) in documents.enumerated() {
            let place = "\(path): document \(index + 1)"
            do {
                switch document["kind"]?.string {
                case VerificationPolicy.definition.kind:
                    policies.append(try VerificationPolicy(from: document))
                    try Self.refuse(VerificationPolicy.objections(to: document), place)
                case TrustRoot.definition.kind:
                    let root = try TrustRoot(from: document)
                    try Self.refuse(TrustRoot.objections(to: document), place)
                    roots.append((root.metadata.name, Self.content(of: root)))
                case let kind:
                    throw CommandError("\(place): found kind \(kind ?? "none"), wanted VerificationPolicy or TrustRoot")
                }
            } catch let error as JSONDecodingError {
                throw CommandError("\(place): \(error)")
            }
        }
        if policies.isEmpty { throw CommandError("\(path): no VerificationPolicy in it") }
    }

    /// A field that isn't known is an error: whoever wrote it meant it.
    private static func refuse(_ objections: [String], _ place: String) throws {
        if !objections.isEmpty { throw CommandError("\(place): \(objections.joined(separator: "; ")); correct the file") }
    }

    private static func content(of root: TrustRoot) -> RootShelf.Content {
        if let inline = root.spec.trustedRoot { return .bytes(inline.bytes()) }
        return .missing("its content stands in the cluster; give the file with --trust-root \(root.metadata.name)=PATH")
    }

    /// - Parameter option: `NAME=PATH` of a `trusted_root.json`.
    mutating func add(_ option: String) throws {
        let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw CommandError("--trust-root: found \"\(option)\", wanted NAME=PATH")
        }
        roots.removeAll { $0.name == parts[0] }
        roots.append((parts[0], .bytes(try LocalFile(parts[1]).bytes())))
    }

    var set: PolicySet { PolicySet(policies, roots: RootShelf(roots)) }
}

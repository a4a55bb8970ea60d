import FoundationEssentials
import JSON

@testable import Trust

/// What fuzzing begins with: the files of `Tests/Fixtures/signatures`, and what they hold.
enum SeedFiles {
    static let root: String = {
        var components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        components.removeLast(3)
        return components.joined(separator: "/") + "/Fixtures/signatures"
    }()

    struct Missing: Error { var path: String }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else { throw Missing(path: path) }
        return Array(data)
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// The files of a folder, by name; those with an ending, where one is given.
    static func folder(_ path: String, _ ending: String = "") throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)").sorted().filter { $0.hasSuffix(ending) }
            .map { try bytes("\(path)/\($0)") }
    }

    static func bundles() throws -> [[UInt8]] {
        try folder("bundles/conformance", ".json") + folder("bundles/mutants", ".json") + folder("bundles/sigstore-go", ".json")
            + folder("bundles/sigstore-java") + folder("bundles/cosign")
    }

    /// What is read of them.
    static func readBundles() throws -> [Bundle] { try bundles().compactMap { try? Bundle(json: $0) } }

    /// Every certificate of bundles and trust roots, in DER.
    static func certificates() throws -> [[UInt8]] {
        var certificates: [[UInt8]] = []
        for case .certificate(let leaf, let intermediates) in try readBundles().map(\.signer) { certificates += [leaf] + intermediates }
        for pem in try folder("certificates/fileca", ".pem") + folder("certificates/bogus", ".pem") + folder("certificates/invalid", ".pem")
        {
            certificates += (try? PEMDocument.parse(String(decoding: pem, as: UTF8.self)).map(\.bytes)) ?? []
        }
        return distinct(certificates)
    }

    static func timestamps() throws -> [[UInt8]] {
        distinct(try readBundles().flatMap(\.timestamps) + folder("timestamps", ".tsr"))
    }

    static func distinct(_ inputs: [[UInt8]]) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return inputs.filter { seen.insert($0).inserted }
    }
}

import ArgumentParser
import GraftAPI
import KubeClient
import KubeCore
import ProgramOptions

/// What people call a thing that is to be quarantined: bytes, or a revision of a deployment.
enum QuarantineTarget: Equatable {
    case digest(String)
    /// A revision by its number, its version or its name.
    case revision(deployment: String, String)

    init(_ text: String) throws {
        if text.hasPrefix("sha256:") {
            let digits = text.dropFirst(7)
            guard digits.utf8.count == 64, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
                throw ValidationError("\"\(text)\": found \(digits.utf8.count) digits, wanted sha256: and 64 of 0-9 and a-f")
            }
            self = .digest(text)
            return
        }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ValidationError(
                "\"\(text)\": wanted a digest (sha256:…) or deployment@revision, as in http-filter@7 or http-filter@1.1.0")
        }
        self = .revision(deployment: parts[0], parts[1])
    }

    /// The revision that is meant.
    func revision(in deployment: DeploymentClient) async throws -> ModuleRevision {
        let name = if case .revision(_, let name) = self { name } else { "" }
        return try Self.revision(name, of: deployment.name, among: try await deployment.revisionsNewestFirst())
    }

    /// By number, name or version; one that stands for several is refused.
    static func revision(_ name: String, of deployment: String, among revisions: [ModuleRevision]) throws -> ModuleRevision {
        let found = revisions.filter { String($0.spec.number) == name || $0.metadata.name == name || $0.spec.version == name }
        guard let first = found.first else {
            let known = revisions.map { "\($0.spec.number) (\($0.spec.version))" }.joined(separator: ", ")
            throw CommandError("\(deployment): no revision \(name); there are \(known.isEmpty ? "none" : known)")
        }
        guard found.count == 1 else {
            let numbers = found.map { String($0.spec.number) }.joined(separator: ", ")
            throw CommandError("\(deployment): \(name) is revisions \(numbers), which differ by their configuration; say the number")
        }
        return first
    }
}

extension ModuleQuarantineSpec {
    /// What it does, for people.
    var sentence: String {
        let place = namespace.map { "in namespace \($0)" } ?? "in every namespace"
        let configuration = configHash == nil ? "with any configuration" : "with one configuration"
        let running = action == .evict ? "hosts that run it leave it" : "hosts that run it keep it"
        return "no host loads \(digest) \(place) \(configuration) any more; \(running)"
    }
}

/// A revision that may be loaded again once quarantines are lifted.
struct Reprieve: Equatable {
    var deployment: ObjectKey
    var version: String
    /// Other quarantines that cover it still.
    var remaining: [String]

    /// What lifting some of all quarantines lets happen, by deployment.
    static func of(_ lifted: [ModuleQuarantine], among all: [ModuleQuarantine], revisions: [ModuleRevision]) -> [Reprieve] {
        let names = Set(lifted.map(\.metadata.name))
        func covering(_ quarantines: [ModuleQuarantine], _ revision: ModuleRevision) -> [ModuleQuarantine] {
            quarantines.filter {
                $0.spec.covers(
                    digest: revision.spec.digest, configHash: revision.spec.configHash, namespace: revision.metadata.namespace ?? "")
            }
        }
        return revisions.filter { !covering(lifted, $0).isEmpty }.map { revision in
            let name = revision.metadata.labels[GraftAPI.deploymentLabel] ?? revision.metadata.name
            return Reprieve(
                deployment: ObjectKey(namespace: revision.metadata.namespace, name: name), version: revision.spec.version,
                remaining: covering(all.filter { !names.contains($0.metadata.name) }, revision).map(\.metadata.name).sorted())
        }.sorted { ($0.deployment, $0.version) < ($1.deployment, $1.version) }
    }

    var sentence: String {
        remaining.isEmpty
            ? "warning: \(deployment) may load \(version) again, at once if its manifest asks for it"
            : "\(deployment): \(version) stays quarantined by \(remaining.joined(separator: ", "))"
    }
}

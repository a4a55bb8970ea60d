import ArgumentParser
import GraftAPI
import JSON
import KubeCore
import ProgramOptions
import Testing

@testable import Commands

@Suite("graft quarantine")
struct QuarantineTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    private func revision(_ number: Int, _ version: String, of deployment: String = "web", digest: String = digest, config: String = "c")
        -> ModuleRevision
    {
        var spec = ModuleRevisionSpec()
        spec.number = number
        spec.version = version
        spec.digest = digest
        spec.configHash = config
        return ModuleRevision(
            metadata: ObjectMeta(name: "\(deployment)-\(number)", namespace: "n", labels: [GraftAPI.deploymentLabel: deployment]),
            spec: spec)
    }

    private func quarantine(_ name: String, namespace: String? = "n", config: String? = "c", digest: String = digest) -> ModuleQuarantine {
        var spec = ModuleQuarantineSpec()
        spec.digest = digest
        spec.namespace = namespace
        spec.configHash = config
        spec.reason = "CVE-2026-1"
        return ModuleQuarantine(metadata: ObjectMeta(name: name), spec: spec)
    }

    @Test("A target is a digest, or a revision of a deployment")
    func targets() throws {
        #expect(try QuarantineTarget(Self.digest) == .digest(Self.digest))
        #expect(try QuarantineTarget("web@7") == .revision(deployment: "web", "7"))
        #expect(try QuarantineTarget("web@1.1.0+linux@2") == .revision(deployment: "web", "1.1.0+linux@2"))
    }

    @Test("What is neither is refused", arguments: ["web", "web@", "@7", "", "sha256:abc", "sha256:" + String(repeating: "G", count: 64)])
    func wrongTargets(text: String) { #expect(throws: ValidationError.self) { try QuarantineTarget(text) } }

    @Test("A revision is named by number, name or version; what stands for several is refused with their numbers")
    func revisions() throws {
        let all = [revision(3, "1.1.0", config: "d"), revision(2, "1.1.0"), revision(1, "1.0.0")]
        for name in ["1", "web-1", "1.0.0"] {
            #expect(try QuarantineTarget.revision(name, of: "web", among: all).spec.number == 1)
        }
        let ambiguous = try #require(throws: CommandError.self) { try QuarantineTarget.revision("1.1.0", of: "web", among: all) }
        #expect(ambiguous.description == "web: 1.1.0 is revisions 3, 2, which differ by their configuration; say the number")
        let missing = try #require(throws: CommandError.self) { try QuarantineTarget.revision("9", of: "web", among: all) }
        #expect(missing.description == "web: no revision 9; there are 3 (1.1.0), 2 (1.1.0), 1 (1.0.0)")
    }

    @Test("The list names what is covered, by whom and why; a star where it is everything")
    func list() {
        let text = QuarantineListCommand.table(of: [quarantine("q-1"), quarantine("q-2", namespace: nil, config: nil)])
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[1].prefix(5) == ["q-1", "n", "Block", "sha256:aaaaaaaaaaaa", "c"])
        #expect(lines[2].prefix(5) == ["q-2", "*", "Block", "sha256:aaaaaaaaaaaa", "*"])
        #expect(QuarantineListCommand.table(of: []) == "Nothing is quarantined.")
    }

    @Test("Lifting says which deployments may load what again, and what stays covered by another")
    func reprieves() {
        let other = "sha256:" + String(repeating: "b", count: 64)
        let revisions = [revision(1, "1.0.0"), revision(2, "1.1.0", of: "api", config: "d"), revision(3, "9.0.0", digest: other)]
        let lifted = [quarantine("q-1", config: nil)]
        let alone = Reprieve.of(lifted, among: lifted, revisions: revisions)
        #expect(
            alone.map(\.sentence) == [
                "warning: n/api may load 1.1.0 again, at once if its manifest asks for it",
                "warning: n/web may load 1.0.0 again, at once if its manifest asks for it",
            ])
        let both = Reprieve.of(lifted, among: lifted + [quarantine("q-2", namespace: nil, config: "d")], revisions: revisions)
        #expect(both.first?.sentence == "n/api: 1.1.0 stays quarantined by q-2")
    }

    @Test(
        "What contradicts itself, or says no reason, is refused before the cluster is asked",
        arguments: [
            ["add", digest], ["add", digest, "--reason", ""], ["add", "web", "--reason", "x"],
            ["add", digest, "--reason", "x", "--cluster-wide", "-n", "a"],
            ["add", "web@1", "--reason", "x", "--any-config", "--config-hash", "y"],
        ])
    func validated(arguments: [String]) {
        #expect(throws: (any Error).self) { try GraftCommand.parseAsRoot(["quarantine"] + arguments) }
    }

    @Test(
        "An override of a freeze says why, and nothing else",
        arguments: [
            ["--override-freeze"], ["--override-freeze", "--reason", " "], ["--reason", "x"],
            ["--override-freeze", "--reason", "x", "--full"],
        ])
    func override(arguments: [String]) {
        #expect(throws: (any Error).self) { try GraftCommand.parseAsRoot(["promote", "web"] + arguments) }
    }
}

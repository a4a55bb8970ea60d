import JSON
import Testing

@testable import GraftAPI

@Suite("Placement")
struct PlacementTests {
    @Test(
        "A rank is the first six bytes of SHA-256 over salt, zero byte and name",
        arguments: [
            ("5d1c0f2a9b7e4c33", "edge-proxy.node-1"), ("", ""), ("salt", "h"),
        ])
    func rank(salt: String, host: String) {
        let rank = Rank(salt: salt, host: host)
        #expect(rank == Rank(salt: salt, host: host))
        #expect(rank.value >= 0 && rank < .end)
    }

    @Test("The rank of a known host is the one every implementation must compute")
    func knownRank() {
        // printf 'salt\0host' | sha256sum | cut -c1-12
        #expect(Rank(salt: "salt", host: "host").value == 0x0c19d7f54b4f)
    }

    @Test("Hosts below the cutoff run the canary, the others the stable revision")
    func placement() {
        var plan = ModulePlanSpec()
        plan.salt = "s"
        plan.stable = RevisionReference(revision: "a", digest: "")
        plan.canary = RevisionReference(revision: "b", digest: "")
        let hosts = (0..<100).map { "edge.node-\($0)" }
        let cutoff = Rank(value: 1 << 47)
        plan.cutoffs = [Cutoff(below: cutoff)]
        for host in hosts {
            #expect(plan.revision(forHost: host)?.revision == (Rank(salt: "s", host: host) < cutoff ? "b" : "a"))
        }
        plan.cutoffs = [Cutoff(zone: "west", below: .end), Cutoff(below: Rank(value: 0))]
        #expect(plan.revision(forHost: hosts[0], zone: "west")?.revision == "b")
        #expect(plan.revision(forHost: hosts[0], zone: "east")?.revision == "a")
    }

    @Test("A first deployment asks nothing of hosts above the cutoff")
    func firstDeployment() {
        var plan = ModulePlanSpec()
        plan.canary = RevisionReference(revision: "b", digest: "")
        plan.cutoffs = [Cutoff(below: Rank(value: 0))]
        #expect(plan.revision(forHost: "h") == nil)
    }

    @Test("Revision names depend on digest and configuration alone, not on the order of members")
    func revisionName() {
        let first = ConfigHash.of(["a": 1, "b": [2, ["c": 3, "d": 4]]])
        #expect(first == ConfigHash.of(["b": [2, ["d": 4, "c": 3]], "a": 1]))
        #expect(first != ConfigHash.of(["a": 2, "b": [2, ["c": 3, "d": 4]]]))
        let name = ConfigHash.revisionName(deployment: "web", digest: "sha256:00", configHash: first)
        #expect(name.hasPrefix("web-") && name.utf8.count == 14)
        #expect(name != ConfigHash.revisionName(deployment: "web", digest: "sha256:01", configHash: first))
    }
}

import JSON
import Schema
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

    private static let order = HostOrder(label: "stage", values: ["staging", "production"])
    private static let groups: [(stage: String?, level: Int)] = [("staging", 2), ("production", 1), ("testing", 0), (nil, 0), ("", 0)]

    @Test("Groups of an order stand behind one another, those of the first value before all others", arguments: groups)
    func order(stage: String?, level: Int) {
        let labels = stage.map { ["stage": $0, "other": "staging"] } ?? ["other": "staging"]
        #expect(PlacementTests.order.level(of: labels) == level)
        var plan = ModulePlanSpec()
        (plan.salt, plan.order) = ("s", PlacementTests.order)
        let (place, rank) = (plan.place(ofHost: "a", labels: labels), Rank(salt: "s", host: "a"))
        #expect(place.value == rank.value - Int64(level) * (1 << 48) && place.level == level)
        #expect(Rank.start(ofLevel: level) <= place && place < Rank.start(ofLevel: level - 1) && Rank.lowest < place && place < .end)
    }

    @Test("A cutoff between two groups asks the one and not the other; everybody is the same number as without an order")
    func between() {
        var plan = ModulePlanSpec()
        (plan.salt, plan.order) = ("s", PlacementTests.order)
        plan.canary = RevisionReference(revision: "b", digest: "", version: nil)
        plan.stable = RevisionReference(revision: "a", digest: "", version: nil)
        func asked(_ stage: String) -> Bool { plan.revision(forHost: "h", labels: ["stage": stage])?.revision == "b" }
        plan.cutoffs = [Cutoff(below: .start(ofLevel: 1))]
        #expect(asked("staging") && !asked("production") && !asked("else"))
        plan.cutoffs = [Cutoff(below: .start(ofLevel: 0))]
        #expect(asked("staging") && asked("production") && !asked("else"))
        plan.cutoffs = [Cutoff(below: .end)]
        #expect(asked("staging") && asked("production") && asked("else"))
        // Who does not know of orders sees only ranks.
        plan.order = nil
        plan.cutoffs = [Cutoff(below: .start(ofLevel: 0))]
        #expect(!asked("staging"))
    }

    @Test("No place is too far for a cutoff's schema, whatever the order")
    func bounds() throws {
        let schema = try #require(Cutoff.schema.properties.first { $0.name == "below" }).schema
        #expect(schema.minimum == Double(Rank.lowest.value) && schema.maximum == Double(Rank.end.value))
        #expect(HostOrder(label: "l", values: (0..<8).map(String.init)).topLevel == HostOrder.mostValues)
    }
}

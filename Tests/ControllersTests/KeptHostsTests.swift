import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Rollout
import Testing

@testable import Controllers

@Suite("What is kept of hosts from reconcile to reconcile")
struct KeptHostsTests {
    private let key = ObjectKey(namespace: "payments", name: "http-filter")
    private func recipe(slot: String = "net/filter") -> FleetCache.Recipe {
        FleetCache.Recipe(uid: "u", hostClass: "edge", slot: slot, selector: LabelSelector(matchLabels: ["tier": "edge"]))
    }
    private func host(_ name: String) -> ObjectKey { ObjectKey(name: name) }

    @Test func `a journal tells what happened since, each host once, and says when it no longer knows`() {
        let journal = HostJournal(limit: 4)
        journal.note(host("a"), ofClass: "edge")
        // Nobody read of the class yet.
        let start = journal.end(ofClass: "edge")
        #expect(start == 0 && journal.changes(ofClass: "edge", since: start) == [])
        for name in ["a", "b", "a"] { journal.note(host(name), ofClass: "edge") }
        journal.note(host("z"), ofClass: "other")
        #expect(journal.changes(ofClass: "edge", since: start) == [host("a"), host("b")])
        let later = journal.end(ofClass: "edge")
        for name in ["c", "d"] { journal.note(host(name), ofClass: "edge") }
        #expect(journal.changes(ofClass: "edge", since: start) == nil)
        #expect(journal.changes(ofClass: "edge", since: later) == [host("c"), host("d")])
        journal.forget("edge")
        #expect(journal.changes(ofClass: "edge", since: later) == nil)
    }

    @Test func `a position of a journal that was forgotten meanwhile is not taken for one of the new`() {
        let journal = HostJournal()
        let old = journal.end(ofClass: "edge")
        journal.forget("edge")
        journal.note(host("a"), ofClass: "edge")
        // Somebody else reads of the class from now on.
        let new = journal.end(ofClass: "edge")
        journal.note(host("b"), ofClass: "edge")
        #expect(journal.changes(ofClass: "edge", since: old) == nil, "nobody wrote down that something happened to a")
        #expect(journal.changes(ofClass: "edge", since: new) == [host("b")])
    }

    @Test func `a class is read of as long as any deployment has something of it`() {
        let cache = FleetCache()
        let other = ObjectKey(namespace: "payments", name: "other")
        func begin(_ key: ObjectKey) { cache.begin(.init(recipe: recipe(), judged: [:], position: 0, hosts: nil), of: key) }
        for _ in 0..<3 { begin(key) }
        begin(other)
        #expect(cache.forget(key) == nil)
        begin(key)
        #expect(cache.forget(other) == nil)
        #expect(cache.forget(key) == "edge")
        #expect(cache.forget(key) == nil)
    }

    @Test func `it is given once, and only for the same class, slot, selector, and revisions judged for`() throws {
        let cache = FleetCache()
        var spec = ModuleRevisionSpec()
        spec.descriptor = [
            "name": "http-filter", "version": "1.0.0", "slot": "net/filter", "contract": "edge/3", "minimumRuntimeVersion": "2.0.0",
        ]
        let descriptor = try #require(DescriptorCache().descriptor(of: ModuleRevision(metadata: ObjectMeta(name: "http-1"), spec: spec)))
        let judged = ["http-1": FleetCache.Judged(uid: "1", descriptor: descriptor), "http-2": .init(uid: "2", descriptor: descriptor)]
        func keep() {
            cache.begin(.init(recipe: recipe(), judged: judged, position: 7, hosts: nil), of: key)
            cache.keep([Rollout.HostFacts(name: "a")], of: key)
        }
        keep()
        #expect(cache.take(key, recipe(), judging: [:])?.hosts?.count == 1)
        #expect(cache.take(key, recipe(), judging: [:]) == nil, "somebody has it")
        keep()
        #expect(cache.take(key, recipe(slot: "net/other"), judging: [:]) == nil)
        var other = recipe()
        other.labels = ["stage"]
        #expect(cache.take(key, other, judging: [:]) == nil)
        other = recipe()
        other.areNeedsThere = true
        #expect(cache.take(key, other, judging: [:]) == nil)
        #expect(cache.take(key, recipe(), judging: ["http-3": .init(uid: "3", descriptor: descriptor)]) == nil)
        #expect(cache.take(key, recipe(), judging: ["http-1": .init(uid: "another", descriptor: descriptor)]) == nil)
        #expect(cache.take(key, recipe(), judging: ["http-1": judged["http-1"]!])?.position == 7)
        keep()
        #expect(cache.forget(key) == "edge" && cache.forget(key) == nil)
        cache.keep([Rollout.HostFacts(name: "a")], of: key)
        #expect(cache.take(key, recipe(), judging: [:]) == nil, "what is gone is not kept")
    }

    @Test func `what was looked up of neighbours holds until another revision would be found, or one that was not there`() throws {
        var spec = ModuleRevisionSpec()
        spec.descriptor = [
            "name": "tls", "version": "1.0.0", "slot": "net/tls", "contract": "edge/3", "minimumRuntimeVersion": "2.0.0",
        ]
        let descriptor = try #require(DescriptorCache().descriptor(of: ModuleRevision(metadata: ObjectMeta(name: "tls-1"), spec: spec)))
        let known = ObjectKey(namespace: "payments", name: "tls-1")
        let late = ObjectKey(namespace: "payments", name: "tls-2")
        func areUnchanged(_ found: [ObjectKey: String]) -> Bool {
            Neighbours([known: .init(uid: "1", descriptor: descriptor), late: nil]) { key in
                found[key].map { .init(uid: $0, descriptor: descriptor) }
            }.areUnchanged
        }
        #expect(areUnchanged([known: "1"]))
        #expect(!areUnchanged([known: "2"]))
        #expect(!areUnchanged([:]))
        #expect(!areUnchanged([known: "1", late: "3"]))
    }

    @Test func `two selectors that want a label to have two values share no host`() {
        let (one, two) = (LabelSelector(matchLabels: ["a": "1", "b": "1"]), LabelSelector(matchLabels: ["a": "1", "b": "2"]))
        #expect(SlotClaims.areDisjoint(one, two) && SlotClaims.areDisjoint(two, one))
        #expect(!SlotClaims.areDisjoint(one, one) && !SlotClaims.areDisjoint(one, LabelSelector(matchLabels: ["c": "3"])))
        #expect(!SlotClaims.areDisjoint(one, LabelSelector()))
    }

    @Test("hosts that come, go, change their labels or lose their Lease are counted rightly", arguments: [3, FleetCache.smallClass + 2])
    func counted(hosts count: Int) async throws {
        // At rest, hosts of a small class are looked at anew, and those of a large one are kept.
        try await withScenario(hosts: count) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            func counts(_ what: String, _ eligible: Int, _ skipped: Int) async throws {
                _ = try await scenario.becomes(what) { $0.status.hosts.eligible == eligible && $0.status.hosts.skipped == skipped }
            }
            try await counts("all hosts", count, 0)
            let hosts = Api<ModuleHost>(scenario.cluster.client)
            func name(_ number: Int) -> String { ModuleHost.name(hostClass: "edge-proxy", node: "node-\(number)") }
            _ = try await hosts.mergePatch(name(1), ["metadata": ["labels": ["tier": "core"]]] as JSON)
            try await counts("one is selected no more", count - 1, 0)
            _ = try await hosts.mergePatch(name(1), ["metadata": ["labels": ["tier": "edge"]]] as JSON)
            try await counts("it is again", count, 0)
            let leases = Api<Lease>(scenario.cluster.client, namespace: GraftAPI.agentNamespace)
            try await leases.delete("node-2")
            try await counts("one lost its Lease", count - 1, 1)
            try await hosts.delete(name(2))
            try await counts("and is gone", count - 1, 0)
            try await scenario.fleet.register(1)
            try await counts("another came", count, 0)
        }
    }

    @Test func `what a new version needs is held against hosts that were looked at long before`() async throws {
        try await withScenario(hosts: 2) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.shelf.push("1.2.0", signedBy: scenario.shelf.releaseKey) { $0["minimumRuntimeVersion"] = "99.0.0" }
            try await scenario.apply("1.2.0")
            let refused = try await scenario.becomes("incompatible") { $0.status.conditions["Ready"]?.reason == "IncompatibleHosts" }
            #expect(refused.status.message.contains("2 Ready hosts can't run it"))
        }
    }
}

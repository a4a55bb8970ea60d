import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension EndToEnd {
    @Suite("What hosts say of what they run") struct HostTrustTests {
        @Test("By whom it was signed, that somebody changed its files, and that its signer is trusted no more", .timeLimit(.minutes(5)))
        func trust() async throws {
            try await withFleet(of: 2, publishing: ["1.0.0"]) { cluster, fleet in
                try await cluster.apply(Manifest(version: "1.0.0"))
                let stable = try #require(try await cluster.waitsUntilHealthy("1.0.0").status.stable)
                try await probing(fleet) { prober in
                    try await prober.waits(until: "1.0.0 everywhere") { $0 == ["1.0.0", "1.0.0"] }
                    // Each host found the signatures by itself that the controller found.
                    let hash = try #require(try await cluster.revisions.get(stable.revision).status.evidenceHash)
                    try await cluster.waits(forSlots: "the evidence, and trust") {
                        $0.active?.evidenceHash == hash && $0.trust?.state == .trusted && $0.trust?.reason == nil
                    }

                    // When somebody swaps the module on every host while its agent is away.
                    for member in fleet.members {
                        member.agent.killNow()
                        let slot = member.directory + "/modules/net/filter"
                        try await cluster.processes.run(["cp", "--remove-destination", "/bin/true", "\(slot)/current/libfilter.so"])
                            .orThrow()
                        try member.startAgent()
                    }
                    // Then it is put back, and told.
                    try await cluster.waits(forSlots: "the tampering") { $0.trust?.state == .trusted && $0.trust?.reason == "Tampered" }
                    for member in fleet.members {
                        let module = member.directory + "/modules/net/filter/current/libfilter.so"
                        try await cluster.processes.run(["cmp", module, ExampleProgram.library("1.0.0")]).orThrow()
                    }

                    // When the policy wants another signer, then each host says that it would not load it today, and goes on running it.
                    try await cluster.applyPolicy(key: try File.text("\(cluster.directory)/stranger.pub"))
                    try await cluster.waits(forSlots: "distrust") { $0.trust?.state == .distrusted && $0.trust?.reason == "NotTrusted" }
                    #expect(prober.versions == ["1.0.0", "1.0.0"])
                    try await cluster.applyPolicy()
                    try await cluster.waits(forSlots: "trust") { $0.trust?.state == .trusted && $0.active?.evidenceHash == hash }
                    #expect(prober.failures.isEmpty)
                }
            }
        }
    }
}

extension Cluster {
    /// Waits until every slot of every host is as wanted.
    fileprivate func waits(forSlots what: String, _ condition: (SlotStatus) -> Bool) async throws {
        var last = "nothing"
        try await eventually("\(what); last seen: \(last)", within: .seconds(90), every: .milliseconds(100)) {
            let slots = try await hosts.list().items.flatMap(\.status.slots)
            last = slots.map { "\($0.active?.version ?? "-") \($0.active?.evidenceHash ?? "-") \(String(describing: $0.trust))" }.joined(
                separator: "; ")
            return !slots.isEmpty && slots.allSatisfy(condition)
        }
    }
}

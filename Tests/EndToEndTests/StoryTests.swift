import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension EndToEnd {
    /// What `hack/demo` shows, in small, with a registry that can be stopped.
    @Suite("A signed module rolls out over a fleet, a bad one rolls itself back") struct StoryTests {
        @Test("From the first deployment to a rollback without a registry", .timeLimit(.minutes(5)))
        func story() async throws {
            try await withFleet(of: 4, publishing: []) { cluster, fleet in
                let registry = try await DockerRegistry.start(with: cluster.processes, directory: cluster.directory)
                try await cluster.applyPolicy(repositories: "\(registry.address)/modules/**")
                for version in ["1.0.0", "1.1.0", ExampleProgram.broken] { try await cluster.publish(version, to: registry.address) }
                try await cluster.publish("1.3.0", signedBy: .stranger, to: registry.address)
                func manifest(_ version: String) -> Manifest {
                    var manifest = Manifest(reference: "\(registry.address)/modules/http-filter:\(version)")
                    manifest.steps = [["setWeight": 25], ["pause": [:]], ["setWeight": 50]]
                    return manifest
                }

                // The first deployment goes to all hosts, without steps.
                try await cluster.apply(manifest("1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                try await probing(fleet) { prober in
                    try await prober.waits(until: "1.0.0 everywhere") { $0 == Array(repeating: "1.0.0", count: 4) }

                    // 1.1.0 goes to one host, waits there, and goes to all.
                    try await cluster.apply(manifest("1.1.0"))
                    try await cluster.waits(until: "Paused after the first step") { $0.isSeen && $0.status.phase == .paused }
                    try await prober.waits(until: "1.1.0 on one host") { $0.count { $0 == "1.1.0" } == 1 }
                    try await cluster.graft("promote", Cluster.deploymentName, "-n", Cluster.namespace).orThrow()
                    try await cluster.waitsUntilHealthy("1.1.0")
                    try await prober.waits(until: "1.1.0 everywhere") { $0 == Array(repeating: "1.1.0", count: 4) }

                    // 1.2.0 is signed well and does not work: it reaches one host, and leaves it again.
                    try await cluster.apply(manifest(ExampleProgram.broken))
                    let failed = try await cluster.waits(until: "Degraded with 1.1.0") {
                        $0.isSeen && $0.status.phase == .degraded && $0.status.stable?.version == "1.1.0" && $0.status.canary == nil
                    }
                    #expect(failed.status.message.contains("1.2.0"))
                    let quarantines = try await cluster.quarantines.list().items
                    #expect(quarantines.map(\.spec.namespace) == [Cluster.namespace])
                    try await prober.waits(until: "1.1.0 everywhere again") { $0 == Array(repeating: "1.1.0", count: 4) }
                    #expect(fleet.members.count { prober.history(of: $0).contains(ExampleProgram.broken) } <= 1)

                    // 1.3.0 is signed by a stranger.
                    try await cluster.apply(manifest("1.3.0"))
                    let refused = try await cluster.waits(until: "not Verified") {
                        $0.isSeen && $0.status.conditions["Verified"]?.status == .isFalse
                    }
                    #expect(refused.status.phase == .degraded)
                    #expect(refused.status.stable?.version == "1.1.0")

                    // The way back needs no registry.
                    registry.stop()
                    try await cluster.apply(manifest("1.0.0"))
                    try await prober.waits(until: "1.0.0 everywhere, from what is on the hosts") {
                        $0 == Array(repeating: "1.0.0", count: 4)
                    }
                    let back = try await cluster.waitsUntilHealthy("1.0.0")
                    #expect(back.status.rollout?.kind == .return)
                    #expect(!prober.everServed.contains("1.3.0"))
                    #expect(prober.failures.isEmpty)
                }
            }
        }
    }
}

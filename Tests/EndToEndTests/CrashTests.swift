import Glibc
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Randomness
import Testing

extension EndToEnd {
    @Suite("Whatever is killed, it converges, and no host is ever without a version") struct CrashTests {
        enum Victim: String, CaseIterable, Sendable, CustomTestStringConvertible {
            case agents
            case controller
            case controlPlane

            var testDescription: String { rawValue }
        }

        /// One rollout that works and one that doesn't, with a `kill -9` in every stage: verifying, first wave, pause, last wave, rolling back.
        @Test("Killed in every stage of a rollout", .timeLimit(.minutes(5)), arguments: Victim.allCases)
        func crash(_ victim: Victim) async throws {
            try await withFleet(of: 4, options: victim == .controller ? ["--no-controller"] : []) { cluster, fleet in
                let crash = try Saboteur(victim, cluster: cluster, fleet: fleet)
                try await cluster.apply(manifest("1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                try await probing(fleet) { prober in
                    try await prober.waits(until: "1.0.0 everywhere") { $0 == Array(repeating: "1.0.0", count: 4) }

                    // Verifying: it has not got far.
                    try await cluster.apply(manifest("1.1.0"))
                    try await crash.now()
                    // The first wave.
                    try await cluster.waits(until: "1.1.0 is asked of a host") { _ in
                        try await cluster.plans.getIfPresent(Cluster.deploymentName)?.spec.canary?.version == "1.1.0"
                    }
                    try await crash.now()
                    // The pause: it holds.
                    try await cluster.waits(until: "Paused") { $0.status.phase == .paused && $0.status.rollout?.stepIndex == 1 }
                    try await crash.now()
                    try await cluster.waits(until: "still Paused") { $0.status.phase == .paused && $0.status.rollout?.stepIndex == 1 }
                    #expect(prober.versions.count { $0 == "1.1.0" } == 1)
                    try await cluster.graft("promote", Cluster.deploymentName, "-n", Cluster.namespace).orThrow()
                    // The last wave.
                    try await cluster.waits(until: "the last step") {
                        ($0.status.rollout?.stepIndex ?? 0) > 1 || $0.status.phase == .healthy
                    }
                    try await crash.now()
                    try await cluster.waitsUntilHealthy("1.1.0")
                    try await prober.waits(until: "1.1.0 everywhere") { $0 == Array(repeating: "1.1.0", count: 4) }

                    // Rolling back.
                    try await cluster.apply(manifest(ExampleProgram.broken))
                    try await cluster.waits(until: "rolling back") {
                        $0.isSeen && ($0.status.rollout?.kind == .return || $0.status.phase == .degraded)
                    }
                    try await crash.now()
                    try await cluster.waits(until: "Degraded with 1.1.0") {
                        $0.isSeen && $0.status.phase == .degraded && $0.status.stable?.version == "1.1.0" && $0.status.canary == nil
                    }
                    try await prober.waits(until: "1.1.0 everywhere again") { $0 == Array(repeating: "1.1.0", count: 4) }
                    try await eventually("it is quarantined") { try await cluster.quarantines.list().items.count == 1 }
                    #expect(fleet.members.count { prober.history(of: $0).contains(ExampleProgram.broken) } <= 1)
                    #expect(prober.failures.isEmpty)
                    #expect(prober.asked > 100)
                }
            }
        }

        /// Where a fixed stage does not look: a dozen kills at moments that nobody chose, of programs that nobody chose.
        @Test("Killed at random moments", .timeLimit(.minutes(5)), arguments: [1, 2] as [UInt64])
        func storm(seed: UInt64) async throws {
            var random = SeededRandom(seed: seed)
            try await withFleet(of: 3, publishing: ["1.0.0", "1.1.0"]) { cluster, fleet in
                try await cluster.apply(Manifest(version: "1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                try await probing(fleet) { prober in
                    try await prober.waits(until: "1.0.0 everywhere") { $0 == Array(repeating: "1.0.0", count: 3) }
                    for turn in 1...12 {
                        if turn % 4 == 1 { try await cluster.apply(manifest(turn % 8 == 1 ? "1.1.0" : "1.0.0")) }
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &random)))
                        if Int.random(in: 0...3, using: &random) == 0 {
                            try await cluster.crash()
                        } else {
                            try fleet.members.randomElement(using: &random)?.crashAgent()
                        }
                    }
                    let last = Manifest(version: "1.1.0")
                    try await cluster.apply(last)
                    try await cluster.waitsUntilHealthy("1.1.0")
                    try await prober.waits(until: "1.1.0 everywhere") { $0 == Array(repeating: "1.1.0", count: 3) }
                    #expect(prober.failures.isEmpty)
                    #expect(try await cluster.quarantines.list().items.isEmpty)
                }
            }
        }

        @Test("Of two controllers the one that works is killed, and the other goes on", .timeLimit(.minutes(5)))
        func failover() async throws {
            try await withFleet(of: 2, options: ["--no-controller"], publishing: ["1.0.0", "1.1.0"]) { cluster, fleet in
                let first = try SeparateController(cluster, identity: "first")
                try await cluster.apply(manifest("1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                let epoch = try await cluster.plans.get(Cluster.deploymentName).spec.epoch
                // Given one that works and one that waits, in the middle of a rollout.
                _ = try SeparateController(cluster, identity: "second")
                try await cluster.apply(manifest("1.1.0"))
                try await cluster.waits(until: "Paused") { $0.isSeen && $0.status.phase == .paused }
                // When the one that works is killed, then the other takes over when the lease has run out, and writes a higher epoch.
                first.kill()
                try await cluster.graft("promote", Cluster.deploymentName, "-n", Cluster.namespace).orThrow()
                try await cluster.waitsUntilHealthy("1.1.0", within: .seconds(90))
                #expect(try await cluster.plans.get(Cluster.deploymentName).spec.epoch > epoch)
            }
        }

        @Test(
            "Of two controllers the one that works is stopped, and wakes up when the other works: it writes nothing and ends",
            .timeLimit(.minutes(5)))
        func standstill() async throws {
            try await withFleet(of: 2, options: ["--no-controller"], publishing: ["1.0.0", "1.1.0"]) { cluster, fleet in
                let first = try SeparateController(cluster, identity: "first")
                try await cluster.apply(Manifest(version: "1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                // Given one that stands still, with news waiting for it, and another that took over and did what there was to do.
                first.process.signal(SIGSTOP)
                _ = try SeparateController(cluster, identity: "second")
                try await cluster.apply(Manifest(version: "1.1.0"))
                try await cluster.waitsUntilHealthy("1.1.0", within: .seconds(90))
                func told() async throws -> [String] {
                    let events = try await Api<Event>(cluster.client, namespace: Cluster.namespace).list().items
                    return events.filter { $0.reportingInstance == "first" }.map {
                        "\($0.metadata.name) \($0.metadata.resourceVersion ?? "")"
                    }
                }
                let (before, plan) = (try await told(), try await cluster.plans.get(Cluster.deploymentName))
                // When it goes on, then it finds out before it writes anything, and ends as one that has lost its lease.
                first.process.signal(SIGCONT)
                #expect(try await first.process.waitForEnd(within: .seconds(60)) == .status(1))
                #expect(try File.text(first.process.output).contains("leadership lost"))
                #expect(try await told() == before)
                #expect(try await cluster.plans.get(Cluster.deploymentName).metadata.resourceVersion == plan.metadata.resourceVersion)
                #expect(try await cluster.deployment().status.phase == .healthy)
            }
        }

        private func manifest(_ version: String) -> Manifest {
            var manifest = Manifest(version: version)
            manifest.steps = [["setWeight": 25], ["pause": [:]]]
            return manifest
        }
    }
}

import Glibc
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension EndToEnd {
    @Suite("Changes of mind in the middle of a rollout") struct LifecycleTests {
        @Test("A deployment deleted in the middle leaves hosts what they run, and made again it is adopted", .timeLimit(.minutes(5)))
        func deleting() async throws {
            try await withPausedRollout { cluster, fleet, prober in
                // When it is deleted with one host on 1.1.0 and two on 1.0.0.
                let before = prober.versions
                try await cluster.delete()
                // Then the plan goes, and the hosts keep what they have.
                try await eventually("the end of the plan", within: .seconds(60), every: .milliseconds(50)) {
                    try await cluster.plans.getIfPresent(Cluster.deploymentName) == nil
                }
                #expect(prober.versions == before)
                // When it is made again, then all hosts come to the version it names.
                try await cluster.apply(Manifest(version: "1.1.0"))
                try await cluster.waitsUntilHealthy("1.1.0")
                try await prober.waits(until: "1.1.0 everywhere") { $0 == Array(repeating: "1.1.0", count: 3) }
                #expect(prober.failures.isEmpty)
            }
        }

        @Test("A deployment deleted in the middle with onRelease: Unload empties its hosts before it goes", .timeLimit(.minutes(5)))
        func unloading() async throws {
            try await withPausedRollout(onRelease: "Unload") { cluster, fleet, prober in
                try await cluster.delete()
                for member in fleet.members { try await member.waitsUntilEmpty() }
            }
        }

        @Test("A version superseded in the middle goes back first: canaries are never swapped", .timeLimit(.minutes(5)))
        func superseding() async throws {
            try await withPausedRollout { cluster, fleet, prober in
                let canary = try #require(fleet.members.first { prober.history(of: $0).last == "1.1.0" })
                // When another version is wanted while 1.1.0 waits on one host.
                try await cluster.apply(Manifest(version: "1.3.0"))
                // Then that host goes back to 1.0.0 before anything else, and all end on 1.3.0.
                try await cluster.waitsUntilHealthy("1.3.0")
                try await prober.waits(until: "1.3.0 everywhere") { $0 == Array(repeating: "1.3.0", count: 3) }
                #expect(prober.history(of: canary) == ["1.0.0", "1.1.0", "1.0.0", "1.3.0"])
                #expect(try await cluster.quarantines.list().items.isEmpty)
                #expect(prober.failures.isEmpty)
            }
        }

        /// Three hosts: 1.1.0 waits on one of them, the others have 1.0.0.
        private func withPausedRollout(onRelease: String? = nil, _ body: (Cluster, Fleet, Prober) async throws -> Void) async throws {
            try await withFleet(of: 3, publishing: ["1.0.0", "1.1.0", "1.3.0"]) { cluster, fleet in
                var manifest = Manifest(version: "1.0.0")
                manifest.onRelease = onRelease
                try await cluster.apply(manifest)
                try await cluster.waitsUntilHealthy("1.0.0")
                try await probing(fleet) { prober in
                    try await prober.waits(until: "1.0.0 everywhere") { $0 == Array(repeating: "1.0.0", count: 3) }
                    manifest.module = "http-filter:1.1.0"
                    manifest.steps = [["setWeight": 10], ["pause": [:]]]
                    try await cluster.apply(manifest)
                    try await cluster.waits(until: "Paused") { $0.isSeen && $0.status.phase == .paused }
                    try await prober.waits(until: "1.1.0 on one host") { $0.count { $0 == "1.1.0" } == 1 }
                    try await body(cluster, fleet, prober)
                }
            }
        }
    }

    @Suite("graft up starts and ends as a program should") struct ControlPlaneTests {
        /// Milliseconds after its start, and, where they are negative, after it says that it is ready.
        private static let moments = Array(stride(from: 0, through: 400, by: 50)) + (0..<10).map { -$0 }

        @Test("Ctrl-C at any moment of its start ends it, and nothing of it stays", .timeLimit(.minutes(5)))
        func stoppingEarly() async throws {
            try await withProcesses { processes, directory in
                let ready = "\(directory)/data/ready"
                for moment in Self.moments {
                    File.remove(ready)
                    let process = try processes.start(
                        "control-plane",
                        [
                            Repository.graft, "up", "--data", "\(directory)/data", "--port", "0", "--registry-port", "0", "--log-level",
                            "debug",
                        ])
                    if moment < 0 { try await eventually("it is ready", every: .milliseconds(1)) { File.exists(ready) } }
                    try await Task.sleep(for: .milliseconds(abs(moment)))
                    process.interrupt()
                    let end = try await process.waitForEnd(within: .seconds(60))
                    // Before it has asked for signals the system ends it.
                    #expect(end == .status(0) || end == .signal(SIGINT), "\(moment) ms: \(end): \(File.tail(process.output))")
                    #expect(!process.leavesProcesses)
                }
            }
        }

        @Test("Ctrl-C, or SIGTERM, ends it with status 0, and nothing of it stays", .timeLimit(.minutes(5)), arguments: [SIGINT, SIGTERM])
        func stopping(signal: Int32) async throws {
            try await withCluster { cluster in
                let process = cluster.process
                // With a watch open, as agents have them.
                let watching = try cluster.processes.start(
                    "watch", ["kubectl", "--kubeconfig", cluster.kubeconfig, "get", "modulehosts", "--watch"])
                if signal == SIGINT { process.interrupt() } else { process.signal(signal) }
                let end = try await process.waitForEnd(within: .seconds(60))
                #expect(end == .status(0), "\(File.tail(process.output))")
                #expect(!process.leavesProcesses)
                #expect(!File.exists(cluster.data + "/ready"))
                watching.killNow()
                // And it starts again on the same data.
                try await cluster.start()
                _ = try await cluster.deployments.list()
            }
        }
    }
}

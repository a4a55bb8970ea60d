import GraftAPI
import HTTPTransport
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension EndToEnd {
    /// No Prometheus anywhere: agents look at what their hosts expose, and tell the controller.
    @Suite("A canary is judged by what its hosts expose") struct HostAnalysisTests {
        private static func counter(_ labels: JSON = [:]) -> JSON { ["name": "http_requests_total", "labels": labels] }

        /// Measured each second, for as long as it takes until there is something to judge by.
        private static func metric(_ name: String, _ more: JSONObject) -> JSON {
            var metric = more
            metric["name"] = .string(name)
            metric["interval"] = "1s"
            metric["consecutiveNoDataLimit"] = 1000
            metric["onNaN"] = "Wait"
            return .object(metric)
        }

        private static let failures: JSON = ["hosts": ["ratio": ["failures": counter(["code": "500"]), "total": counter()]]]
        private static let analyses: [String: JSON] = [
            "speed": metric(
                "median",
                [
                    "count": 2, "thresholds": ["max": 0.015],
                    "provider": ["hosts": ["latency": ["histogram": ["name": "http_request_duration_seconds"], "quantile": 50]]],
                ]),
            "errors": metric(
                "failed",
                [
                    "consecutiveSuccessLimit": 1,
                    "compare": ["control": "Matched", "falseRollbackRate": "1%", "smallestRegression": "10%"],
                    "provider": failures,
                ]),
            "share": metric("failed-share", ["count": 2, "thresholds": ["max": 0.01], "provider": failures]),
        ]

        private func manifest(_ version: String, _ steps: [JSON]) -> Manifest {
            var manifest = Manifest(version: version)
            manifest.steps = .array([["setWeight": 50]] + steps)
            manifest.soakSeconds = 0
            return manifest
        }

        @Test(
            "One that is slow, and one that fails, are rolled back with the numbers that say so; a good one goes through",
            .timeLimit(.minutes(5)))
        func judged() async throws {
            let versions = ["1.0.0", "1.1.0", ExampleProgram.failing, ExampleProgram.slow]
            try await withFleet(of: 6, options: ["--streams-window", "1"], publishing: versions, isEnrolled: true) { cluster, fleet in
                for (name, metric) in Self.analyses {
                    let analyses = Api<ModuleAnalysis>(cluster.client, namespace: Cluster.namespace)
                    _ = try await analyses.apply(name, ["spec": ["metrics": [metric]]] as JSON, manager: "end-to-end-test")
                }
                try await cluster.apply(manifest("1.0.0", []))
                try await cluster.waitsUntilHealthy("1.0.0")
                let traffic = try Traffic(fleet)
                defer { traffic.stop() }

                // By a threshold: the median of the canary's hosts.
                let slow = try await isRolledBack(
                    cluster, manifest(ExampleProgram.slow, [["analysis": ["analyses": [["name": "speed"]]]]]), quarantined: 1)
                #expect(slow.contains("median") && slow.contains("is above 0.015"), "\(slow)")

                // By hosts beside them: the difference, and how much was seen.
                let failing = try await isRolledBack(
                    cluster, manifest(ExampleProgram.failing, [["analysis": ["analyses": [["name": "errors"]]]]]), quarantined: 2)
                #expect(
                    failing.contains("metric failed") && failing.contains("control 0 of ") && failing.contains(" on 3 hosts"), "\(failing)")

                // A good one is asked for more samples than will ever come: what it counts is what its hosts answered, no more and nobody else's.
                let before = try await traffic.answered(by: fleet.members)
                let many: JSON = ["soak": ["durationSeconds": 1, "samples": ["count": 1_000_000_000, "of": Self.counter()]]]
                try await cluster.apply(manifest("1.1.0", [many, ["analysis": ["analyses": [["name": "errors"], ["name": "share"]]]]]))
                func samples(_ deployment: ModuleDeployment) -> Int64 {
                    deployment.status.rollout?.checks.first { $0.kind == .samples }?.samples ?? 0
                }
                let counting = try await cluster.waits(until: "fifty samples are counted") { $0.isSeen && samples($0) >= 50 }
                let after = try await traffic.answered(by: fleet.members)
                let canaries = try await traffic.members(fleet.members, running: "1.1.0")
                #expect(canaries.count == 3)
                #expect(samples(counting) <= canaries.reduce(0) { $0 + after[$1]! - before[$1]! })
                try await cluster.graft("promote", Cluster.deploymentName, "-n", Cluster.namespace).orThrow()
                try await cluster.waitsUntilHealthy("1.1.0", within: .seconds(120))
                #expect(try await cluster.quarantines.list().items.count == 2)
            }
        }

        /// - Returns: what the status says.
        private func isRolledBack(_ cluster: Cluster, _ manifest: Manifest, quarantined: Int) async throws -> String {
            try await cluster.apply(manifest)
            let version = String(manifest.module.split(separator: ":").last!)
            let deployment = try await cluster.waits(until: "\(version) is rolled back", within: .seconds(120)) { deployment in
                let status = deployment.status
                guard deployment.isSeen, status.phase == .degraded, status.stable?.version == "1.0.0", status.canary == nil else {
                    return false
                }
                return try await cluster.quarantines.list().items.count == quarantined
            }
            return deployment.status.message
        }
    }
}

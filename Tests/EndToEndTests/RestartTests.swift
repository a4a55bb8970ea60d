import GraftAPI
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension EndToEnd {
    @Suite("Real host processes load anew what they run") struct RestartTests {
        /// What a host process says of itself.
        private struct Running: Hashable {
            var digest: String?
            var process: String?
            var load: Int64?
        }

        private func running(_ member: FleetMember, _ client: HTTPClient) async throws -> Running {
            let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(member.port)", path: "/-/version")
            let answer = try await client.send(request, limits: TransferLimits(connect: .seconds(60)))
            let json = try JSON.parse(answer.body)
            return Running(digest: json["digest"]?.string, process: json["process"]?.string, load: json["load"]?.integer)
        }

        @Test(
            "the same digest, once each, wave by wave, while every call is answered; with an agent killed in the middle",
            .timeLimit(.minutes(5)))
        func restart() async throws {
            try await withFleet(of: 3, publishing: ["1.0.0", "1.1.0"]) { cluster, fleet in
                let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
                for version in ["1.0.0", "1.1.0"] {
                    var manifest = Manifest(version: version)
                    manifest.maxUnavailable = 1
                    try await cluster.apply(manifest)
                    try await cluster.waitsUntilHealthy(version)
                }
                var before: [Running] = []
                for member in fleet.members { before.append(try await running(member, client)) }
                #expect(before.allSatisfy { $0.load == 2 } && Set(before.map(\.digest)).count == 1)
                let revision = try await cluster.deployment().status.stable

                let prober = Prober(fleet.members)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        do { try await prober.run() } catch is CancellationError {}
                    }
                    defer { group.cancelAll() }
                    try await prober.waits(until: "all hosts answer") { $0.allSatisfy { $0 == "1.1.0" } }
                    let restarted = try await cluster.graft(
                        "restart", Cluster.deploymentName, "-n", Cluster.namespace, "--wait", within: .seconds(120))
                    try restarted.orThrow()
                    #expect(restarted.output.contains("1.1.0 is active on 3 of 3 hosts"), "\(restarted.output)")
                    for (member, old) in zip(fleet.members, before) {
                        let now = try await running(member, client)
                        #expect(now == Running(digest: old.digest, process: old.process, load: 3), "\(member.name): \(now)")
                    }
                    // An agent that is killed and started again has its host do it no second time.
                    try fleet.members[0].crashAgent()
                    let mark = try await cluster.deployment().status.rollout?.restart
                    try await eventually("every host says which restart it was", within: .seconds(60)) {
                        try await cluster.hosts.list().items.allSatisfy { host in
                            host.status.slots.first?.restarted == mark && host.status.slots.first?.target?.state == .active
                        }
                    }
                    // And one that dies in the middle takes it up.
                    try await cluster.graft("restart", Cluster.deploymentName, "-n", Cluster.namespace).orThrow()
                    try await eventually("a host of it has begun", within: .seconds(60), every: .milliseconds(20)) {
                        let deployment = try await cluster.deployment()
                        return deployment.status.rollout?.kind == .restart && deployment.status.rollout?.restart != mark
                            && (deployment.status.rollout?.wave.number ?? 0) > 0
                    }
                    try fleet.members[1].crashAgent()
                    try await cluster.waits(until: "the second restart is over") {
                        $0.status.rollout?.kind == .restart && $0.status.rollout?.restart != mark && $0.status.rollout?.state == .complete
                    }
                    for (index, (member, old)) in zip(fleet.members, before).enumerated() {
                        let now = try await running(member, client)
                        // Once; twice only where the agent died between telling its host and writing that down.
                        #expect(now.load == 4 || index == 1 && now.load == 5, "\(member.name): \(now)")
                        #expect(now.digest == old.digest && now.process == old.process)
                    }
                    #expect(prober.failures.isEmpty && prober.asked > 0, "\(prober.failures)")
                    #expect(prober.everServed == ["1.1.0"])
                    #expect(try await cluster.deployment().status.stable == revision)
                }
            }
        }
    }
}

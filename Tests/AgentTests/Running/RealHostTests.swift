import GraftAPI
import Harness
import JSON
import Testing

@testable import Agent

@Suite("An agent beside a real host process")
struct RealHostTests {
    func withHost<Result>(
        policy: SlotPolicy = .fast, _ body: (AgentBench, ExampleHost, RevisionReference) async throws -> Result
    ) async throws -> Result {
        try await AgentBench.run { bench in
            let host = try await ExampleHost(directory: bench.directory)
            do {
                let first = try await bench.publish("1.0.0", library: try await Example.module("1.0.0"))
                try await bench.plan(stable: first)
                let agent = try bench.agent(bench.configuration(directory: host.settings, policy: policy), transport: host.client)
                let result = try await bench.withAgent(agent) {
                    try await bench.waitsUntilActive("1.0.0")
                    return try await body(bench, host, first)
                }
                await host.end()
                return result
            } catch {
                await host.end()
                throw error
            }
        }
    }

    @Test func `a signed version with a configuration goes from the plan to the process`() async throws {
        try await withHost { bench, host, first in
            let second = try await bench.publish(
                "1.1.0", library: try await Example.module("1.1.0"), config: ["greeting": "salve"],
                descriptor: { $0["configSchema"] = ["type": "object", "properties": ["greeting": ["type": "string"]]] })
            try await bench.plan(stable: first, canary: second, previous: first, rollout: "r2")
            try await bench.waitsUntilActive("1.1.0")
            #expect(try await host.get("/x").body == "salve from filter 1.1.0: GET /x\n")
        }
    }

    @Test(arguments: [(1, "ProbeFailed"), (4, "ActivationFailed")])
    func `a bad version is reverted without a request that fails`(broken: Int, reason: String) async throws {
        try await withHost { bench, host, first in
            let bad = try await bench.publish("1.2.0", library: try await Example.module("1.2.0", broken: broken))
            try await bench.plan(stable: first, canary: bad, previous: first, rollout: "r2")
            let status = try await eventually("it is reverted") { () -> SlotStatus? in
                #expect(try await host.get("/").status == 200)
                return try await bench.status().flatMap { $0.target?.state == .reverted ? $0 : nil }
            }
            #expect(status.target?.blame == .module)
            #expect(status.target?.reason == reason)
            #expect(try await host.version() == "1.0.0")
        }
    }

    @Test func `a version that kills its process within the soak is reverted before the next start`() async throws {
        var policy = SlotPolicy.fast
        policy.soak = .seconds(600)
        try await withHost(policy: policy) { bench, host, first in
            let deadly = try await bench.publish("1.2.0", library: try await Example.module("1.2.0", broken: 3))
            try await bench.plan(stable: first, canary: deadly, previous: first, rollout: "r2")
            try await bench.waitsUntilActive("1.2.0")
            for _ in 0..<12 { _ = try? await host.get("/") }
            try await bench.waits(for: "it is reverted") { $0.target?.state == .reverted && $0.target?.reason == "HostDied" }
            try await host.restart()
            #expect(try await host.version() == "1.0.0")
        }
    }
}

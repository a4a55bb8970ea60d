import GraftAPI
import Harness
import JSON
import KubeClient
import Testing

@testable import Agent

@Suite("An agent beside a host that divides calls")
struct RoutingTests {
    private static func share(_ percent: Int) -> TrafficRule {
        TrafficRule(shares: percent == 0 ? [] : [TrafficShare(Weight(percent: percent))])
    }

    /// How many of 200 keys each version answers; every call must be answered.
    private func answers(_ host: ExampleHost) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for key in 0..<200 {
            let (status, body) = try await host.get("/", key: "user-\(key)")
            #expect(status == 200, "\(body)")
            let version = body.split(separator: " ").drop { $0 != "filter" }.dropFirst().first.map { String($0.dropLast()) }
            counts[version ?? body, default: 0] += 1
        }
        return counts
    }

    @Test func `gives it the calls of the plan, more and more, and none when the plan goes back`() async throws {
        try await RealHostTests().withHost { bench, host, first in
            let second = try await bench.publish("1.1.0", library: try await Example.module("1.1.0"))
            func divided(_ percent: Int) async throws {
                let rule = Self.share(percent)
                try await bench.plan(stable: first, canary: second, previous: first, rollout: "r2", traffic: rule)
                try await bench.waits(for: "\(percent) %") {
                    $0.target == SlotTarget(revision: second.revision, state: .active) && $0.canary?.rule == rule.name(salt: "salt")
                        && $0.active?.version == "1.0.0" && $0.canary?.version == "1.1.0"
                }
            }
            try await divided(0)
            #expect(try await answers(host) == ["1.0.0": 200])
            try await divided(20)
            let few = try await answers(host)
            #expect((10...80).contains(few["1.1.0"] ?? 0) && few["1.0.0", default: 0] + few["1.1.0", default: 0] == 200, "\(few)")
            try await divided(60)
            #expect(try await answers(host)["1.1.0", default: 0] > few["1.1.0", default: 0])
            // All calls
            try await bench.plan(stable: first, canary: second, previous: first, rollout: "r2")
            try await bench.waits(for: "all") { $0.active?.version == "1.1.0" && $0.canary == nil && $0.target?.state == .active }
            #expect(try await answers(host) == ["1.1.0": 200])
            // Another one is taken back, before it is this host's turn in any wave
            let third = try await bench.publish("1.3.0", library: try await Example.module("1.3.0"))
            try await bench.plan(stable: second, canary: third, previous: second, rollout: "r3", traffic: Self.share(60))
            try await bench.waits(for: "1.3.0 has a part") { $0.canary?.version == "1.3.0" && $0.target?.state == .active }
            #expect(try await answers(host)["1.3.0", default: 0] > 50)
            try await bench.plan(stable: nil, canary: second, rollout: "r4", cutoffs: [Cutoff(below: Rank(value: 0))])
            try await bench.waits(for: "1.3.0 is gone") { $0.canary == nil && $0.active?.version == "1.1.0" }
            #expect(try await answers(host) == ["1.1.0": 200])
        }
    }

    @Test func `takes a canary away that fails its check, and every call is answered`() async throws {
        try await RealHostTests().withHost { bench, host, first in
            let bad = try await bench.publish("1.2.0", library: try await Example.module("1.2.0", broken: 1))
            try await bench.plan(stable: first, canary: bad, previous: first, rollout: "r2", traffic: Self.share(50))
            let status = try await bench.waits(for: "it is reverted") { $0.target?.state == .reverted }
            #expect(status.target?.blame == .module && status.target?.reason == "ProbeFailed")
            #expect(status.active?.version == "1.0.0" && status.canary == nil)
            #expect(try await answers(host) == ["1.0.0": 200])
            #expect(try Disk.real.names(in: "\(host.modules)/net/filter") == ["current", "versions"])
        }
    }

    /// Dies at each change to a file while the rule grows; the next agent goes on, and a host that starts in between has one of both rules.
    @Test func `that is killed at any change to a file ends with the new rule`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            let names = [5, 50].map { Self.share($0).name(salt: "salt") }
            var deaths = 0
            for death in 0..<200 {
                let node = "node-\(death)"
                let modules = "\(bench.directory)/modules-\(death)"
                let host = LinkedHost(slotDirectory: "\(modules)/net/filter")
                let configuration = bench.configuration(node: node, directory: LinkedHost.settings(modules, routes: true))
                try await bench.plan(stable: first, rollout: "before-\(death)")
                try await bench.withAgent(bench.agent(configuration, transport: host)) {
                    try await bench.waitsUntilActive("1.0.0", node)
                    try await bench.plan(stable: first, canary: second, rollout: "r-\(death)", traffic: Self.share(5))
                    try await bench.waits(node, for: "5 %") { $0.canary?.rule == names[0] && $0.target?.state == .active }
                }
                let mortal = Mortal(dyingAt: death)
                if let agent = try? bench.agent(configuration, transport: host, disk: mortal.disk) {
                    try await bench.withAgent(agent) {
                        try await bench.plan(stable: first, canary: second, rollout: "r-\(death)", traffic: Self.share(50))
                        try await eventually("it is dead, or done") {
                            if mortal.isDead { return true }
                            return try await bench.status(node)?.canary?.rule == names[1]
                        }
                    }
                }
                host.kill()
                host.start()
                #expect(host.version == "1.0.0" && host.canaryVersion == "1.1.0", "died after \(mortal.log)")
                #expect(names.contains(host.rule ?? "none"), "died after \(mortal.log)")
                try await bench.withAgent(bench.agent(configuration, transport: host)) {
                    try await bench.plan(stable: first, canary: second, rollout: "r-\(death)", traffic: Self.share(50))
                    try await bench.waits(node, for: "50 %") { $0.canary?.rule == names[1] && $0.target?.state == .active }
                }
                #expect(host.rule == names[1] && host.version == "1.0.0")
                try Disk.real.removeTree(modules)
                try Disk.real.removeTree(configuration.stateDirectory)
                guard mortal.isDead else { break }
                deaths += 1
            }
            #expect(deaths > 10, "it died at every one of its changes")
        }
    }
}

import GraftAPI
import Harness
import JSON
import KubeClient
import KubeRuntime
import Testing
import Trust
import Verification

@testable import Agent

@Suite("An agent that stages a version ahead of its turn")
struct StagingAheadTests {
    private func ahead(_ bench: AgentBench, _ stable: RevisionReference, _ canary: RevisionReference, rollout: String) async throws {
        try await bench.plan(stable: stable, canary: canary, previous: stable, rollout: rollout, cutoffs: [], stageAhead: true)
    }

    /// Dies at each change to a file while a version is staged ahead; the next agent takes over what it left.
    @Test func `and is killed at any change to a file goes on serving, and has it staged in the end`() async throws {
        try await AgentBench.run { bench in
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0", config: ["greeting": "salve"]))
            var deaths = 0
            for death in 0..<300 {
                let node = "node-\(death)"
                try await bench.plan(stable: first, rollout: "before-\(death)")
                let modules = "\(bench.directory)/modules-\(death)"
                let host = LinkedHost(slotDirectory: "\(modules)/net/filter")
                let configuration = bench.configuration(node: node, directory: LinkedHost.settings(modules))
                try await bench.withAgent(bench.agent(configuration, transport: host)) { try await bench.waitsUntilActive("1.0.0", node) }

                let mortal = Mortal(dyingAt: death)
                if let agent = try? bench.agent(configuration, transport: host, disk: mortal.disk) {
                    try await bench.withAgent(agent) {
                        try await ahead(bench, first, second, rollout: "after-\(death)")
                        try await eventually("it is dead, or done") {
                            if mortal.isDead { return true }
                            return try await bench.status(node)?.ahead?.state == .staged
                        }
                    }
                }
                #expect(host.linked?["version"]?.string == "1.0.0", "died after \(mortal.log)")
                host.kill()
                host.start()
                try await ahead(bench, first, second, rollout: "after-\(death)")
                _ = try await bench.withAgent(bench.agent(configuration, transport: host)) {
                    try await bench.waits(node, for: "1.1.0 is staged ahead") {
                        $0.ahead?.state == .staged && $0.ahead?.rollout == "after-\(death)" && $0.staged.contains(second.revision)
                    }
                }
                #expect(host.version == "1.0.0", "nothing of it was activated")
                try Disk.real.removeTree(modules)
                try Disk.real.removeTree(configuration.stateDirectory)
                guard mortal.isDead else { break }
                deaths += 1
            }
            #expect(deaths > 15, "it died at every one of its changes")
        }
    }

    @Test func `without room says so, has left the disk as it was, and stages it when there is room`() async throws {
        try await AgentBench.run { bench in
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            try await bench.plan(stable: first)
            let room = Room()
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver, disk: Disk(room: { _ in room.free }))) {
                try await bench.waitsUntilActive("1.0.0")
                room.free = 4
                try await ahead(bench, first, second, rollout: "r2")
                let status = try await bench.waits(for: "no room") { $0.ahead?.state == .failed }
                #expect(status.ahead?.reason == "DiskFull")
                #expect(status.ahead?.message?.contains("4 are free on that file system; free some space, nothing was changed") == true)
                #expect(status.active?.version == "1.0.0" && status.target?.state == .active)
                room.free = 1 << 40
                try await bench.waits(for: "staged") { $0.ahead?.state == .staged }
            }
            #expect(driver.state.loads == 1, "1.0.0 alone")
        }
    }

    @Test func `that lacks a capability, or trusts other signers, says which`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let incapable = try await bench.publish("1.1.0") { $0["capabilities"] = ["reload", "mirror"] }
            let foreign = try await bench.publish("1.2.0", signedBy: try PrivateKey.generate())
            try await bench.plan(stable: first)
            try await bench.withAgent(bench.agent(bench.configuration(), driver: MemoryDriver())) {
                try await bench.waitsUntilActive("1.0.0")
                try await ahead(bench, first, incapable, rollout: "r2")
                let lacking = try await bench.waits(for: "incompatible") { $0.ahead?.rollout == "r2" && $0.ahead?.state == .failed }
                #expect(lacking.ahead?.reason == "Incompatible" && lacking.ahead?.message?.contains("mirror") == true)
                try await ahead(bench, first, foreign, rollout: "r3")
                let distrusting = try await bench.waits(for: "not trusted") { $0.ahead?.rollout == "r3" && $0.ahead?.state == .failed }
                #expect(distrusting.ahead?.reason == "NotTrusted" && distrusting.ahead?.message?.contains("release") == true)
            }
        }
    }
}

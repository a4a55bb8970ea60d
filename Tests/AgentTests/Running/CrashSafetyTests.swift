import GraftAPI
import Harness
import JSON
import KubeClient
import Testing

@testable import Agent

@Suite("An agent that is killed")
struct CrashSafetyTests {
    /// Dies at each change to a file while a version is taken in; the next agent takes over what it left.
    @Test func `at any change to a file ends with the new version, and never without one`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0", config: ["greeting": "salve"])
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
                        try await bench.plan(stable: second, previous: first, rollout: "after-\(death)")
                        try await eventually("it is dead, or done") {
                            if mortal.isDead { return true }
                            return try await bench.status(node)?.active?.version == "1.1.0"
                        }
                    }
                }
                let linked = host.linked?["version"]?.string
                #expect(linked == "1.0.0" || linked == "1.1.0", "died after \(mortal.log)")
                #expect(host.version == "1.0.0" || host.version == "1.1.0", "died after \(mortal.log)")
                // The host restarts as well: it must find a version.
                host.kill()
                host.start()
                #expect(host.version == linked)

                try await bench.plan(stable: second, previous: first, rollout: "after-\(death)")
                try await bench.withAgent(bench.agent(configuration, transport: host)) {
                    try await bench.waitsUntilActive("1.1.0", node)
                }
                #expect(host.version == "1.1.0")
                try Disk.real.removeTree(modules)
                try Disk.real.removeTree(configuration.stateDirectory)
                guard mortal.isDead else { break }
                deaths += 1
            }
            #expect(deaths > 30, "it died at every one of its changes")
        }
    }

    /// A version that ends its host at once, and the agent with it, each time.
    @Test func `by the version it loads, again and again, puts the last good one back before the next start`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let bad = try await bench.publish("1.1.0")
            let modules = "\(bench.directory)/modules"
            let host = LinkedHost(slotDirectory: "\(modules)/net/filter")
            let configuration = bench.configuration(directory: LinkedHost.settings(modules))
            try await bench.plan(stable: first)
            try await bench.withAgent(bench.agent(configuration, transport: host)) { try await bench.waitsUntilActive("1.0.0") }
            try await bench.plan(stable: bad, previous: first, rollout: "bad")
            var starts = 0
            while starts < 10 {
                starts += 1
                // Everything dies as soon as the new version is linked and the host told.
                let mortal = Mortal(dyingAt: .max)
                host.whenReloaded { if $0 == "1.1.0" { mortal.kill() } }
                let isKilled = try await bench.withAgent(bench.agent(configuration, transport: host, disk: mortal.disk)) {
                    try await eventually("the bad version is loaded, or refused") { () -> Bool? in
                        if mortal.isDead { return true }
                        return try await bench.status()?.target?.state == .reverted ? false : nil
                    }
                }
                guard isKilled else { break }
                host.kill()
                host.start()
            }
            #expect(starts == 3, "two attempts, and then no more")
            #expect(host.linked?["version"] == "1.0.0")
            let status = try #require(try await bench.status())
            #expect(status.target?.reason == "HostDied")
            #expect(status.target?.blame == .module)
        }
    }
}

import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
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

    /// Dies at each change to a file while what runs is loaded anew; the next agent takes over what it left.
    @Test func `at any change to a file tells its host to load anew what it runs once, and twice only when it could not write that down`()
        async throws
    {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            var (deaths, twice) = (0, 0)
            for death in 0..<100 {
                let node = "node-\(death)"
                try await bench.plan(stable: first, rollout: "before-\(death)")
                let modules = "\(bench.directory)/modules-\(death)"
                let host = LinkedHost(slotDirectory: "\(modules)/net/filter")
                let configuration = bench.configuration(node: node, directory: LinkedHost.settings(modules, restarts: true))
                try await bench.withAgent(bench.agent(configuration, transport: host)) { try await bench.waitsUntilActive("1.0.0", node) }
                let restart = Instant(Timestamp(seconds: Int64(1_000 + death)))
                let mortal = Mortal(dyingAt: death)
                if let agent = try? bench.agent(configuration, transport: host, disk: mortal.disk) {
                    try await bench.withAgent(agent) {
                        try await bench.plan(stable: first, rollout: "after-\(death)", restart: restart)
                        try await eventually("it is dead, or done") {
                            if mortal.isDead { return true }
                            return try await bench.status(node)?.restarted == restart
                        }
                    }
                }
                #expect(host.version == "1.0.0" && host.linked?["version"]?.string == "1.0.0", "died after \(mortal.log)")
                try await bench.plan(stable: first, rollout: "after-\(death)", restart: restart)
                try await bench.withAgent(bench.agent(configuration, transport: host)) {
                    _ = try await bench.waits(node, for: "it is restarted") { $0.restarted == restart && $0.target?.state == .active }
                }
                let told = host.restarts
                #expect(told == 1 || told == 2 && mortal.isDead, "told \(told) times, died after \(mortal.log)")
                if told == 2 { twice += 1 }
                try Disk.real.removeTree(modules)
                try Disk.real.removeTree(configuration.stateDirectory)
                guard mortal.isDead else { break }
                deaths += 1
            }
            #expect(deaths > 3 && twice < deaths, "\(deaths) deaths, \(twice) times told twice")
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

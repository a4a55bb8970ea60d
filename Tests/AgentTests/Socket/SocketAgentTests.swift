import Glibc
import GraftAPI
import Harness
import JSON
import Synchronization
import Testing

@testable import Agent

/// Whole agents, from the plan to a host that comes by itself.
@Suite("An agent whose hosts come to a socket", .timeLimit(.minutes(10)))
struct SocketAgentTests {
    private static func configuration(_ bench: AgentBench, node: String = "node-1") -> AgentConfiguration {
        var configuration = bench.configuration(node: node)
        configuration.slots[0].socket = SocketSettings(
            path: "\(bench.directory)/\(node)/filter.sock", user: geteuid(), loadTimeout: .seconds(60), probeTimeout: .seconds(60),
            hostWait: .seconds(60))
        configuration.slots[0].policy.probeDeadline = .seconds(60)
        return configuration
    }

    private static func host(_ bench: AgentBench, node: String = "node-1", moment: @escaping @Sendable (String) -> Void = { _ in }) throws
        -> MappingHost
    {
        try MappingHost(path: "\(bench.directory)/\(node)/filter.sock", moment: moment)
    }

    @Test func `a version that fails its probe is put back, from sealed memory, with registry and store gone`() async throws {
        try await AgentBench.run { bench in
            let (first, bad) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            let host = try Self.host(bench)
            var configuration = Self.configuration(bench)
            configuration.slots[0].policy.soak = .seconds(600)
            try await host.whileServing {
                try await bench.plan(stable: first)
                try await bench.withAgent(bench.agent(configuration)) {
                    try await bench.waitsUntilActive("1.0.0")
                    try await bench.plan(stable: first, canary: bad, previous: first, rollout: "r2")
                    try await bench.waitsUntilActive("1.1.0")
                    bench.shelf.goDown()
                    try Disk.real.removeTree("\(configuration.stateDirectory)/store/blobs")
                    host.complain("it lost its table", of: "1.1.0")
                    let status = try await bench.waits(for: "it is reverted") {
                        $0.target?.state == .reverted || $0.target?.state == .failed
                    }
                    #expect(status.active?.version == "1.0.0" && status.target?.blame == .module)
                    try await eventually("1.0.0 is back") { host.version == "1.0.0" }
                }
            }
            #expect(host.everMapped == [Array("the code of 1.0.0".utf8), Array("the code of 1.1.0".utf8)])
        }
    }

    /// Killed at each third change to a file while a version is taken in (they are the directory driver's, which is killed at each); the next agent takes
    /// over what it left, and the host keeps what it has meanwhile.
    @Test func `killed at changes to files, it ends with the new version, and never without one`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0", config: ["greeting": "salve"])
            var deaths = 0
            for death in stride(from: 0, to: 300, by: 3) {
                let isOver = try await Self.die(bench, first, second, "node-\(death)", Mortal(dyingAt: death))
                if isOver { break }
                deaths += 1
            }
            #expect(deaths > 8, "it died all along the way")
        }
    }

    /// And at each step of its host, between which it changes no file.
    @Test(arguments: ["the host has connected", "the host maps", "the host has mapped", "the host runs", "the host is asked"])
    func `killed while its host takes a version in, it ends with the new version, and never without one`(stage: String) async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            let mortal = Mortal(dyingAt: .max)
            _ = try await Self.die(bench, first, second, "node-1", mortal) { if $0 == stage { mortal.kill() } }
            #expect(mortal.isDead)
        }
    }

    /// - Returns: whether it got through without dying.
    private static func die(
        _ bench: AgentBench, _ first: RevisionReference, _ second: RevisionReference, _ node: String, _ mortal: Mortal,
        moment: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Bool {
        try await bench.plan(stable: first, rollout: "before-\(node)")
        let configuration = configuration(bench, node: node)
        let isArmed = Armed()
        let host = try host(bench, node: node) { if isArmed.isSet { moment($0) } }
        return try await host.whileServing {
            try await bench.withAgent(bench.agent(configuration)) { try await bench.waitsUntilActive("1.0.0", node) }
            isArmed.set(true)
            if let agent = try? bench.agent(configuration, disk: mortal.disk) {
                try await bench.withAgent(agent) {
                    try await bench.plan(stable: second, previous: first, rollout: "after-\(node)")
                    try await eventually("it is dead, or done") {
                        if mortal.isDead { return true }
                        return try await bench.status(node)?.active?.version == "1.1.0"
                    }
                }
            }
            isArmed.set(false)
            #expect(host.version == "1.0.0" || host.version == "1.1.0", "died after \(mortal.log)")
            try await bench.plan(stable: second, previous: first, rollout: "after-\(node)")
            try await bench.withAgent(bench.agent(configuration)) {
                // The host restarts as well: it finds a version.
                let another = try Self.host(bench, node: node)
                try await another.whileServing {
                    try await bench.waitsUntilActive("1.1.0", node)
                    try await eventually("both run it") { host.version == "1.1.0" && another.version == "1.1.0" }
                }
            }
            let code = [Array("the code of 1.0.0".utf8), Array("the code of 1.1.0".utf8)]
            #expect(host.everMapped?.filter { !$0.starts(with: Array("{".utf8)) }.isSubset(of: code) == true)
            try Disk.real.removeTree(configuration.stateDirectory)
            return !mortal.isDead
        }
    }

    /// The example host, as a process of its own, with a real shared library: what `clang` makes, or whatever `cc` is.
    @Test func `a real process loads a real library from sealed memory, is killed, and finds it again`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0", library: try await Example.module("1.0.0"))
            let second = try await bench.publish(
                "1.1.0", library: try await Example.module("1.1.0"), config: ["greeting": "salve"],
                descriptor: { $0["configSchema"] = ["type": "object", "properties": ["greeting": ["type": "string"]]] })
            let bad = try await bench.publish("1.2.0", library: try await Example.module("1.2.0", broken: 4))
            let configuration = Self.configuration(bench)
            let path = configuration.slots[0].socket!.path
            func start() throws -> Program {
                try Program(try ExampleHostProgram.path(), [path, "net/filter", "\(geteuid())"], in: bench.directory)
            }
            var host = try start()
            defer { host.end() }
            try await bench.plan(stable: first)
            try await bench.withAgent(bench.agent(configuration)) {
                try await bench.waitsUntilActive("1.0.0")
                try await eventually("it answers: \(host.output)") { host.output.contains("answers hello from filter 1.0.0: GET /\n") }
                try await bench.plan(stable: second, previous: first, rollout: "r2")
                try await bench.waitsUntilActive("1.1.0")
                try await eventually("it answers") { host.output.contains("answers salve from filter 1.1.0: GET /\n") }
                try await bench.plan(stable: second, canary: bad, previous: second, rollout: "r3")
                let status = try await bench.waits(for: "1.2.0 is reverted") { $0.target?.state == .reverted }
                #expect(status.target?.reason == "ActivationFailed" && status.target?.message?.contains("needs a table") == true)
                #expect(status.active?.version == "1.1.0")
            }
            // Without an agent it goes on; and it, killed, waits for one.
            try await eventually("it notices") { host.output.contains("alone: ") }
            host.end()
            host = try start()
            try await eventually("it waits") { host.output.contains("alone: ") }
            try await bench.withAgent(bench.agent(configuration)) {
                try await eventually("it runs what ran: \(host.output)") {
                    host.output.contains("answers salve from filter 1.1.0: GET /\n")
                }
            }
            #expect(!host.output.contains("1.0.0") && !host.output.contains("1.2.0"))
        }
    }
}

final class Armed: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set(_ value: Bool) { state.withLock { $0 = value } }
}

enum ExampleHostProgram {
    /// Built with the tests, beside them.
    static func path() throws -> String {
        var parts = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast()
        let beside = parts.joined(separator: "/") + "/socket-host"
        if Disk.real.exists(beside) { return beside }
        var source = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        source.removeLast(4)
        let built = source.joined(separator: "/") + "/.build/debug/socket-host"
        guard Disk.real.exists(built) else { throw NeverHappened(description: "the example host is built: \(beside), \(built)") }
        return built
    }
}

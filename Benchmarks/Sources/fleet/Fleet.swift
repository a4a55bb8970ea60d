import Agent
import Controllers
import FoundationEssentials
import Glibc
import KubeRuntime
import KubeServer
import Logging
import ServiceLifecycle

/// Measures how long a change takes to reach a fleet, and how long going back takes.
@main
struct Fleet {
    var agents = 200
    var rounds = 5
    /// Where the API server keeps its database, and the modules are.
    var directory = "/tmp"
    /// Where agents keep their journals and stores. Hosts have a disk each; many agents that sync to one disk measure that disk.
    var agentState: String?

    static func main() async throws {
        var fleet = Fleet()
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch (argument, arguments.popFirst()) {
            case ("--agents", let value?): fleet.agents = Int(value) ?? fleet.agents
            case ("--rounds", let value?): fleet.rounds = Int(value) ?? fleet.rounds
            case ("--directory", let value?): fleet.directory = value
            case ("--agent-state", let value?): fleet.agentState = value
            default: throw Failure("usage: fleet [--agents N] [--rounds N] [--directory PATH] [--agent-state PATH]")
            }
        }
        try await fleet.run()
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "fleet")
        logger.logLevel = .warning
        let path = "\(directory)/graft-fleet-\(getpid())"
        let agentPath = "\(agentState ?? directory)/graft-fleet-\(getpid())-agents"
        for path in [path, agentPath] { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        defer { for path in [path, agentPath] { try? FileManager.default.removeItem(atPath: path) } }
        let scenario = try await Scenario(directory: path, agents: agents, versions: rounds + 1, logger: logger)
        let observer = Observer(try scenario.client("observer"), logger: logger)
        let services = try (0..<agents).map { try scenario.agent($0, state: agentPath) }
        let server = scenario.server
        let controller = try scenario.controller
        try await scenario.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await observer.run() }
            group.addTask { try await controller.run() }
            for agent in services { group.addTask { try await agent.run() } }
            defer { group.cancelAll() }
            try await scenario.waitForAgents()
            try await measure(scenario, observer)
        }
    }

    private func measure(_ scenario: Scenario, _ observer: Observer) async throws {
        let first = try await phase("1.0.0", scenario, observer)
        var (convergence, rollback) = (Figures(name: "convergence", rounds: []), Figures(name: "rollback", rounds: []))
        for round in 0..<rounds {
            // A version of its own in each round: hosts always have to fetch and verify it.
            convergence.rounds.append(try await phase("1.\(round + 1).0", scenario, observer))
            rollback.rounds.append(try await phase("1.0.0", scenario, observer))
        }
        report(first, convergence, rollback)
    }

    /// Asks for a version and waits until it is everywhere and all is quiet again.
    private func phase(_ version: String, _ scenario: Scenario, _ observer: Observer) async throws -> Measurement {
        _ = scenario.counter.take()
        observer.expect(version)
        try await scenario.apply(version)
        let (hosts, plan) = try await observer.arrivals(of: agents, within: .seconds(120))
        try await scenario.waitUntilHealthy(on: version)
        // Soaks end, statuses that had to wait are written.
        try await Task.sleep(for: .milliseconds(1500))
        return Measurement(hosts: hosts, plan: plan, writes: scenario.counter.take())
    }

    private func report(_ first: Measurement, _ convergence: Figures, _ rollback: Figures) {
        print(
            "\(agents) agents, \(rounds) rounds, on \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores that API server, controller, agents and observer share"
        )
        print(
            "from the write of the spec until a watch of the API server shows a host active; database in \(directory), agents' state in \(agentState ?? directory)"
        )
        print(Figures.header)
        for line in Figures(name: "first deployment", rounds: [first]).lines + convergence.lines + rollback.lines { print(line) }
        if agents == 200 {
            print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
            for figures in [convergence, rollback] {
                let sorted = figures.rounds.map { $0.percentile(0.99) / .milliseconds(1) }.sorted()
                let median = sorted[sorted.count / 2]
                let ratio = "\(Double(Int(median / 20)) / 100)"
                print(
                    "| \(figures.name) p99, 200 agents | ≤ 2000 ms | \(Int(median)) ms | \(ratio) | \(median > 2000 ? "**missed**" : "") |")
            }
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print("peak RSS \(usage.ru_maxrss / 1024) MiB in all, \(usage.ru_maxrss / agents) KiB an agent")
    }
}

import ArgumentParser
import GraftAPI
import JSON
import KubeCore
import ProgramOptions
import Rollout
import YAML

/// `graft simulate`: what a manifest would do to a fleet, by the engine that would do it.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Show what rolling out a new version would look like, without a cluster.",
        discussion: "graft simulate -f deployment.yaml --hosts 100000 --fail 0.3%")

    @Option(name: [.customShort("f"), .long], help: ArgumentHelp("A ModuleDeployment; - reads standard input.", valueName: "path"))
    var file: String

    @Option(help: "Hosts of the fleet, all of them on an older version.")
    var hosts = 1000

    @Option(help: "Zones they are in.")
    var zones = 1

    @Option(help: "Share of hosts whose probe fails with the new version.")
    var fail = "0%"

    @Option(help: "Share of hosts that die of it.")
    var die = "0%"

    @Option(help: "Share of hosts that can't take it, as a preflight finds out.")
    var unfit = "0%"

    @Option(help: "Another number, another fleet; the same one, the same outcome.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("How long people take to promote or approve.", valueName: "seconds"))
    var patience = 600

    @Option(
        help: ArgumentHelp(
            "An analysis, webhook host or counter that fails, so long after it began; all others succeed.", valueName: "name[:seconds]"))
    var failCheck: String?

    @Option(help: ArgumentHelp("Draw it there.", valueName: "path"))
    var svg: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...1_000_000).contains(hosts) { throw ValidationError("--hosts: found \(hosts), wanted 1 to 1000000") }
        if !(1...1000).contains(zones) { throw ValidationError("--zones: found \(zones), wanted 1 to 1000") }
        if patience < 0 { throw ValidationError("--patience: found \(patience), wanted 0 or more seconds") }
    }

    func run() async throws {
        var options = Simulation.Options()
        options.hosts = hosts
        options.zones = zones
        options.failing = try share("--fail", fail)
        options.dying = try share("--die", die)
        options.unfit = try share("--unfit", unfit)
        options.seed = seed
        options.patience = .seconds(patience)
        let deployment = try deployment()
        if let failCheck { options.checks = try Self.failing(failCheck, deployment.spec.strategy) }
        var simulation = Simulation(deployment, options)
        simulation.run()
        if let svg { try LocalFile(svg).write(simulation.svg) }
        output.print(json(of: simulation), text: text(of: simulation))
    }

    private func deployment() throws -> ModuleDeployment {
        do {
            let documents = try YAML.documents(try LocalFile(file).bytes()).filter {
                $0["kind"]?.string == ModuleDeployment.definition.kind
            }
            guard documents.count == 1 else { throw CommandError("\(file): found \(documents.count) ModuleDeployments, wanted one") }
            return try ModuleDeployment(from: documents[0])
        } catch let error as YAMLError {
            throw CommandError("\(file): \(error)")
        } catch let error as JSONDecodingError {
            throw CommandError("\(file): \(error)")
        }
    }

    /// `errors:600`: the analysis errors fails 600 s after it began. A webhook's host may hold a port.
    static func failing(_ text: String, _ strategy: Strategy) throws -> SimulatedChecks {
        let analyses = strategy.steps.flatMap { $0.analysis?.analyses ?? [] } + (strategy.analysis?.analyses ?? [])
        let others = strategy.steps.flatMap { [$0.webhook?.host, $0.soak?.samples?.series.name] }.compactMap { $0 }
        let names = Set(analyses.map(\.name) + others).sorted()
        var checks = SimulatedChecks()
        if names.contains(text) {
            checks.failing = text
            return checks
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let name = parts.dropLast().joined(separator: ":")
        guard names.contains(name), let seconds = parts.last.flatMap({ Int($0) }), (0...2_592_000).contains(seconds) else {
            let known = names.isEmpty ? "the strategy has none" : "wanted one of \(names.joined(separator: ", ")), and seconds like :600"
            throw ValidationError("--fail-check: found \"\(text)\"; \(known)")
        }
        checks.failing = name
        checks.failsAfter = .seconds(seconds)
        return checks
    }

    /// Of a million: `0.3%` is 3,000.
    private func share(_ option: String, _ text: String) throws -> Int {
        guard let percent = Double(text.hasSuffix("%") ? String(text.dropLast()) : ""), (0...100).contains(percent) else {
            throw ValidationError("\(option): found \"\(text)\", wanted a share like 0.3%")
        }
        return Int((percent * 10_000).rounded())
    }

    private func text(of simulation: Simulation) -> String {
        let lines = simulation.moments.map { "\(Simulation.text(of: $0.time))  \($0.sentence)" }
        let figures = "\(simulation.decisions) decisions, \(simulation.planWrites) plan writes, \(hosts) hosts, seed \(seed)"
        return (lines + ["", "\(simulation.phase.rawValue): \(simulation.message)", figures]).joined(separator: "\n")
    }

    private func json(of simulation: Simulation) -> JSON {
        let moments = simulation.moments.map { moment -> JSON in
            ["seconds": .integer(moment.time.components.seconds), "sentence": .string(moment.sentence)]
        }
        return [
            "hosts": .integer(Int64(hosts)), "seed": .string(String(seed)), "phase": .string(simulation.phase.rawValue),
            "message": .string(simulation.message), "decisions": .integer(Int64(simulation.decisions)),
            "planWrites": .integer(Int64(simulation.planWrites)), "moments": .array(moments),
        ]
    }
}

import Analysis
import ArgumentParser
import ProgramOptions

/// `graft sli`: service levels, derived from what a host exposes.
struct SLICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sli", abstract: "Derive service levels from the metrics that a host exposes, with their PromQL.",
        discussion:
            "graft sli http-filter asks the Prometheus that its analyses name; graft sli --from http://10.0.0.7:9100/metrics reads what one host exposes.",
        subcommands: [SLIShowCommand.self, SLIGraphCommand.self, SLITraceCommand.self], defaultSubcommand: SLIShowCommand.self)
}

/// `graft sli show`, or just `graft sli`: each level with what to ask Prometheus.
struct SLIShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show each service level with its denominator, its condition, and when it burns.")

    @Argument(help: "A ModuleDeployment: the objectives are those of the analyses that it names. Default: those of the options.")
    var name: String?
    @OptionGroup var source: SLISource
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try source.demand(name) }

    func run() async throws {
        let view = try await source.view(of: name, cluster)
        output.print(view.json, text: view.text)
    }
}

/// `graft sli graph`: what is made from what.
struct SLIGraphCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, dot }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw what each service level is made from, as a tree or for Graphviz.")

    @Argument(help: "A ModuleDeployment whose analyses say the objectives.")
    var name: String?
    @Option(help: "text: a tree of lines; dot: Graphviz' language.")
    var format = Format.text
    @OptionGroup var source: SLISource
    @OptionGroup var cluster: ClusterOptions

    func validate() throws { try source.demand(name) }

    func run() async throws {
        let view = try await source.view(of: name, cluster)
        print(format == .dot ? view.lineage.dot : view.trees, terminator: format == .dot ? "" : "\n")
    }
}

/// `graft sli trace`: from a symptom to its sources, or from a metric to what it shows in.
struct SLITraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Walk from a symptom back to the metrics it is made from, or from a metric to its symptoms.")

    @Argument(help: "A service level, its burn rate, or a metric: \"Availability burn rate\", http_requests_total.")
    var metric: String
    @OptionGroup var source: SLISource
    @OptionGroup var cluster: ClusterOptions

    func validate() throws { try source.demand(nil) }

    func run() async throws {
        let view = try await source.view(of: nil, cluster)
        print(try view.trace(metric))
    }
}

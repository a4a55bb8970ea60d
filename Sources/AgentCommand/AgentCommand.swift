import Agent
package import ArgumentParser
import HTTPTransport
import JSON
import Logging
package import ProgramOptions
import ServiceLifecycle
import Telemetry
import UnixSignals
import YAML

/// `graft agent`, and `graft-agent` in a cluster: loads modules into the hosts of a node.
package struct AgentCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Run an agent: load modules into the hosts of this node.",
        discussion: "What its host is and where its slots are stands in the configuration file. Hosts go on serving while it is away.",
        version: AgentConfiguration.version)

    @Option(help: ArgumentHelp("The agent's configuration, YAML or JSON.", valueName: "path"))
    package var config: String
    @Option(help: ArgumentHelp("Name of the node, instead of the configuration's.", valueName: "name"))
    package var nodeName: String?
    @OptionGroup package var cluster: ClusterOptions
    @OptionGroup package var registry: RegistryOptions
    @OptionGroup package var log: LogOptions
    @OptionGroup package var telemetry: TelemetryOptions
    @OptionGroup package var metrics: MetricsOptions
    @OptionGroup package var uplink: UplinkOptions

    package init() {}

    package func run() async throws {
        let agentConfiguration = try readConfiguration()
        let logger = log.logger("graft-agent")
        let telemetry = try telemetry.system(
            service: "graft-agent", version: AgentConfiguration.version, descriptions: AgentMetricNames.all.map { .init($0.name, $0.help) },
            logger: logger)
        let endpoint = try metrics.listen.endpoint(telemetry.registry, logger)
        try await telemetry.run { try await work(agentConfiguration, endpoint.map { [$0] } ?? [], logger) }
    }

    /// - Parameter first: services that belong before the agent's.
    private func work(_ agentConfiguration: AgentConfiguration, _ first: [any Service], _ logger: Logger) async throws {
        let (client, _) = try cluster.connect(userAgent: "graft-agent")
        let agent = try AgentServices(
            client: client, artifacts: try registry.client(), configuration: agentConfiguration, transport: HTTPClient(),
            uplink: try uplink.uplink(logger), logger: logger)
        try await ServiceGroup(
            configuration: .init(services: first + [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }

    func readConfiguration() throws -> AgentConfiguration {
        var document: JSON
        do { document = try YAML.document(try LocalFile(config).bytes()) } catch let error as YAMLError {
            throw CommandError("\(config): \(error)")
        }
        if let nodeName { document["nodeName"] = .string(nodeName) }
        do { return try AgentConfiguration(document) } catch { throw CommandError("\(config): \(error)") }
    }
}

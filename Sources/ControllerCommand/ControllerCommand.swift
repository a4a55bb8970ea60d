package import ArgumentParser
import Controllers
import KubeRuntime
import Logging
package import ProgramOptions
import ServiceLifecycle
import UnixSignals

/// `graft-controller`: the controller, as it runs in a cluster.
package struct ControllerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "graft-controller", abstract: "Resolve, verify and roll out modules.",
        discussion: "Several replicas elect one that works. Ends with status 1 when it loses its lease: another works by then.",
        version: version)

    static let version = "0.1.0"

    @OptionGroup package var cluster: ClusterOptions
    @OptionGroup package var registry: RegistryOptions
    @OptionGroup package var checks: CheckOptions
    @OptionGroup package var zones: ZoneOptions
    @OptionGroup package var log: LogOptions
    @OptionGroup package var telemetry: TelemetryOptions
    @Option(help: ArgumentHelp("Where /healthz, /readyz and /metrics are served; empty: nowhere.", valueName: "address:port"))
    package var listen = "127.0.0.1:8080"
    @Option(
        help: ArgumentHelp("Name among the replicas, unlike its predecessor's. Default: host name and a random number.", valueName: "name"))
    package var identity: String?
    @Flag(help: "Work at once; for a single replica.")
    package var noLeaderElection = false

    @OptionGroup package var streams: StreamOptions
    @OptionGroup package var window: StreamWindowOption

    package init() {}

    package func run() async throws {
        let assembly = try ControllerAssembly(
            program: "graft-controller", version: Self.version, log: log, telemetry: telemetry, listen: ListenOption("--listen", listen))
        try await assembly.run { first in try await serve(first, assembly.logger) }
    }

    private func serve(_ first: [any Service], _ logger: Logger) async throws {
        let (client, _) = try cluster.connect(userAgent: "graft-controller")
        let (ingest, server) = try streams.server(logger)
        let controllers = ControllerServices(
            client: client, artifacts: try registry.client(),
            configuration: ControllerConfiguration(
                identity: identity ?? LeaderElection.uniqueIdentity(), electsLeader: !noLeaderElection,
                zoneDirectory: zones.zoneDirectory, streamWindow: window.width),
            checks: try checks.configuration(), streams: ingest, logger: logger)
        try await ServiceGroup(
            configuration: .init(
                services: first + [server, controllers].compactMap(\.self), gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }
}

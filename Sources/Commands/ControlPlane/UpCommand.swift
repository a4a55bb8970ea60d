import ArgumentParser
import ControllerCommand
import ProgramOptions

/// `graft up`: an embedded control plane, for trying, developing and testing. Not for production: one process, one machine.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Run an embedded control plane: Kubernetes API, registry and controller.",
        discussion:
            "Listens on loopback. What it holds survives it, in the directory given. docs/embedded-server.md says what its API server leaves out."
    )

    @Option(help: ArgumentHelp("Directory for its data, certificates and kubeconfig.", valueName: "path"))
    var data = ".graft"
    @Option(help: "Port of the API server; 0 for any.")
    var port = 6443
    @Option(help: "Port of the registry; 0 for any.")
    var registryPort = 5000
    @Flag(help: "Run only the API server and the registry.")
    var noController = false
    @OptionGroup var window: StreamWindowOption
    @OptionGroup var checks: CheckOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var telemetry: TelemetryOptions
    @OptionGroup var metrics: MetricsOptions
    @OptionGroup var zones: ZoneOptions

    func validate() throws {
        for (name, value) in [("--port", port), ("--registry-port", registryPort)] where !(0...65_535).contains(value) {
            throw ValidationError("\(name): found \(value), wanted a port from 0 to 65535")
        }
    }

    func run() async throws {
        let assembly = try ControllerAssembly(
            program: "graft", version: GraftCommand.configuration.version, log: log, telemetry: telemetry, listen: metrics.listen)
        let controlPlane = ControlPlane(
            directory: try ControlPlaneDirectory(data), address: "127.0.0.1", port: port, registryPort: registryPort,
            registry: try registry.client(), runsController: !noController, checks: try checks.localConfiguration(),
            streamWindow: window.width, zoneDirectory: zones.zoneDirectory, logger: assembly.logger)
        try await assembly.run { first in try await controlPlane.run(after: first) }
    }
}

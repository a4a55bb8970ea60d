import Controllers
import KubeRuntime
package import Logging
package import ProgramOptions
package import ServiceLifecycle
import Telemetry

/// What every program that runs the controller has around it: its logger, and what shows what it does.
package struct ControllerAssembly: Sendable {
    /// Each line of a reconcile names it.
    package let logger: Logger
    private let telemetry: TelemetrySystem
    private let endpoint: ProbeEndpoint?

    /// - Parameter listen: where it serves its metrics. They are listened for from now on.
    /// - Throws: `CommandError` when that place can't be had, `OTLPConfigurationError`.
    package init(program: String, version: String, log: LogOptions, telemetry: TelemetryOptions, listen: ListenOption) throws {
        logger = log.logger(program, metadata: .reconcile)
        self.telemetry = try telemetry.system(
            service: program, version: version, descriptions: ControllerMetricNames.all.map { .init($0.name, $0.help) }, logger: logger)
        endpoint = try listen.endpoint(self.telemetry.registry, logger)
    }

    /// Runs a body whose metrics and spans are shown.
    /// - Parameter body: gets the services that belong before its own.
    package func run(_ body: @Sendable (_ first: [any Service]) async throws -> Void) async throws {
        try await telemetry.run { try await body(endpoint.map { [$0] } ?? []) }
    }
}

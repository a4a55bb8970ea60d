package import ArgumentParser
import Glibc
import HTTPTransport
package import Logging
package import Telemetry

/// Where metrics and traces are sent, besides what a program serves itself.
package struct TelemetryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Collector that metrics and traces are sent to, by OTLP over HTTP. Default: $OTEL_EXPORTER_OTLP_ENDPOINT; without one nothing is sent.",
            valueName: "url"))
    package var otlpEndpoint: String?
    @Option(
        help: ArgumentHelp("Share of traces that is recorded, from 0 to 1. Default: by $OTEL_TRACES_SAMPLER, or all.", valueName: "share"))
    package var traceRatio: Double?

    package init() {}

    package func validate() throws {
        if let traceRatio, !(0...1).contains(traceRatio) {
            throw ValidationError("--trace-ratio: found \(traceRatio), wanted a number from 0 to 1")
        }
    }

    /// - Parameters:
    ///   - service: its name, for the collector.
    ///   - descriptions: of its own metrics.
    /// - Throws: `OTLPConfigurationError`.
    package func system(
        service: String, version: String, descriptions: [MetricDescription] = [], logger: Logger
    ) throws -> TelemetrySystem {
        let export = try OTLPConfiguration.from(
            endpoint: otlpEndpoint, ratio: traceRatio, service: service, version: version,
            environment: { getenv($0).map { String(cString: $0) } })
        return TelemetrySystem(descriptions: descriptions, export: export, transport: HTTPClient(), logger: logger)
    }
}

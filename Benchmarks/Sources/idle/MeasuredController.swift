import Controllers
import HTTPTransport
import KubeClient
import Logging
import OCI
import Stations
import Telemetry
import Verification

/// The controller, in a process of its own that says every second what it has used. It shows its metrics, as `graft-controller` does.
struct MeasuredController {
    var kubeconfig: String
    var layout: String

    func run() async throws {
        let configuration = try ClientConfiguration.infer(kubeconfig: kubeconfig)
        let transport = HTTPClient(
            .init(trustedAuthorities: configuration.certificateAuthority.map { Array($0.utf8) }, proxy: .none, userAgent: "idle"))
        var logger = Logger(label: "controller")
        logger.logLevel = .warning
        let services = ControllerServices(
            client: try Client(configuration, transport: transport, userAgent: "graft-controller"),
            artifacts: Shelf(layout: try ImageLayout(creating: layout)), configuration: ControllerConfiguration(), logger: logger)
        let telemetry = TelemetrySystem(
            descriptions: ControllerMetricNames.all.map { .init($0.name, $0.help) }, export: nil, transport: transport, logger: logger)
        let endpoint = try ProbeEndpoint(ListeningAddress("127.0.0.1:0"), metrics: telemetry.registry, logger: logger)
        try await telemetry.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await endpoint.run() }
                group.addTask { try await services.run() }
                group.addTask {
                    while true {
                        print(Usage.line(port: endpoint.port, requests: requests(telemetry.registry)))
                        try await Task.sleep(for: .seconds(1))
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Requests to the API server by method.
    private func requests(_ registry: MetricsRegistry) -> [String: Int] {
        var requests: [String: Int] = [:]
        for point in registry.points(of: "rest_client_requests_total") {
            guard let method = point.labels.labels.first(where: { $0.name == "method" })?.value, case .integer(let count) = point.value
            else {
                continue
            }
            requests[method, default: 0] += Int(count)
        }
        return requests
    }
}

/// Modules in a layout on disk, found under any registry's name.
struct Shelf: ArtifactLocator {
    let layout: ImageLayout

    func source(of reference: Reference) -> any ArtifactSource { layout }
}

import CMalloc
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
        let telemetry = TelemetrySystem(
            descriptions: ControllerMetricNames.all.map { .init($0.name, $0.help) }, export: nil, transport: transport, logger: logger)
        let endpoint = try ProbeEndpoint(ListeningAddress("127.0.0.1:0"), metrics: telemetry.registry, logger: logger)
        let sleeps = SleepCount()
        try await telemetry.run { [logger] in
            // Within: a client counts its requests where metrics go when it is made.
            let services = ControllerServices(
                client: try Client(configuration, transport: transport, userAgent: "graft-controller"),
                artifacts: Shelf(layout: try ImageLayout(creating: layout)), configuration: ControllerConfiguration(), logger: logger,
                surroundings: sleeps.surroundings)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await endpoint.run() }
                group.addTask { try await services.run() }
                group.addTask {
                    var memory = allocator_report()
                    for second in 1... {
                        if second.isMultiple(of: second < 60 ? 4 : 20) { memory = allocator_report() }
                        print(
                            Usage.line(
                                memory: memory, port: endpoint.port, requests: requests(telemetry.registry), sleeps: sleeps,
                                delayed: number("workqueue_delayed", telemetry.registry)))
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

    /// A metric of one series; nil while there is none.
    private func number(_ name: String, _ registry: MetricsRegistry) -> Int? {
        switch registry.points(of: name).first?.value {
        case .integer(let value): Int(value)
        case .double(let value): Int(value)
        default: nil
        }
    }
}

/// Modules in a layout on disk, found under any registry's name.
struct Shelf: ArtifactLocator {
    let layout: ImageLayout

    func source(of reference: Reference) -> any ArtifactSource { layout }
}

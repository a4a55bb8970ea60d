import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import ProgramOptions
import ServiceLifecycle
import Telemetry

/// Answers the kubelet and who collects metrics: `/healthz` while the process works, `/readyz` once it serves, `/metrics`. The first two depend on
/// nothing else, and on metrics least of all.
struct ProbeServer: Service {
    static let paths = ["/healthz", "/readyz", "/metrics"]

    let address: String
    let port: Int
    private let metrics: MetricsRegistry
    private let logger: Logger

    /// Nil when the text is empty.
    init?(_ listen: String, metrics: MetricsRegistry, logger: Logger) throws {
        if listen.isEmpty { return nil }
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw CommandError("--listen: found \"\(listen)\", wanted address:port, as in 127.0.0.1:8080")
        }
        address = String(listen[..<colon])
        self.port = port
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        let router = Router()
        for path in Self.paths.dropLast() { router.get(RouterPath(path)) { _, _ in "ok\n" } }
        router.get("/metrics") { [metrics] request, _ in
            let format = PrometheusFormat.negotiated(request.headers[.accept])
            var headers = HTTPFields()
            headers[.contentType] = format.contentType
            return EditedResponse(headers: headers, response: String(decoding: metrics.snapshot().exposition(format), as: UTF8.self))
        }
        let application = Application(
            router: router, server: .abandonable, configuration: .init(address: .hostname(address, port: port), serverName: nil),
            logger: logger)
        try await application.run()
    }
}

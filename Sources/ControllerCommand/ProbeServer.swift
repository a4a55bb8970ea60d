import Hummingbird
import Logging
import ProgramOptions
import ServiceLifecycle

/// Answers the kubelet: `/healthz` while the process works, `/readyz` once it serves. Neither depends on anything else.
struct ProbeServer: Service {
    static let paths = ["/healthz", "/readyz"]

    let address: String
    let port: Int
    private let logger: Logger

    /// Nil when the text is empty.
    init?(_ listen: String, logger: Logger) throws {
        if listen.isEmpty { return nil }
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw CommandError("--listen: found \"\(listen)\", wanted address:port, as in 127.0.0.1:8080")
        }
        address = String(listen[..<colon])
        self.port = port
        self.logger = logger
    }

    func run() async throws {
        let router = Router()
        for path in Self.paths { router.get(RouterPath(path)) { _, _ in "ok\n" } }
        let application = Application(
            router: router, configuration: .init(address: .hostname(address, port: port), serverName: nil), logger: logger)
        try await application.run()
    }
}

import HTTPCore
import HTTPTransport
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Stations

/// The server to read from, by a kubeconfig.
struct Connection {
    let configuration: ClientConfiguration
    let transport: HTTPClient
    let client: Client

    init(kubeconfig: String) throws {
        configuration = try .infer(kubeconfig: kubeconfig)
        transport = HTTPClient(
            .init(trustedAuthorities: configuration.certificateAuthority.map { Array($0.utf8) }, proxy: .none, userAgent: "reader"))
        client = try Client(configuration, transport: transport, userAgent: "reader")
    }

    var stations: Api<Station> { Api(client) }

    /// Opens the connection, so that neither its time nor its memory counts.
    func warmUp() async throws { _ = try await stations.page(ListOptions(limit: 1)) }

    /// Runs a reflector until its store is synced, and a body with it.
    func withSyncedStore<Result>(_ settings: ReflectorSettings, _ body: (Store<Station>) async throws -> Result) async throws -> Result {
        var logger = Logger(label: "reader") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let reflector = Reflector(stations, settings: settings, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            defer { group.cancelAll() }
            try await reflector.store.waitUntilSynced()
            return try await body(reflector.store)
        }
    }
}

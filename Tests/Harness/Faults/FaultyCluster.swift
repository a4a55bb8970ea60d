import HTTPCore
import HTTPServing
import HTTPTransport
import Hummingbird
package import KubeClient
package import KubeServer
import Logging
import NIOCore
import Synchronization

/// An API server in this process, and a way to it over sockets with a proxy in between that goes wrong where a script says.
package struct FaultyCluster: Sendable {
    package let cluster: EmbeddedCluster
    package let proxy: FaultProxy
    private let transport: any Transport
    private let token: String
    private let port: Int

    package var server: KubeServer { cluster.server }
    /// Straight to the server.
    package var direct: Client { cluster.client }

    /// Through the proxy.
    package func client(patience: Patience = Patience(nil)) throws -> Client {
        try Client(
            transport: ImpatientTransport(transport: transport, patience: patience), server: "http://127.0.0.1:\(port)",
            authentication: .bearer(token))
    }

    fileprivate init(_ cluster: EmbeddedCluster, _ proxy: FaultProxy, _ transport: any Transport, token: String, port: Int) {
        self.cluster = cluster
        self.proxy = proxy
        self.transport = transport
        self.token = token
        self.port = port
    }
}

/// Runs an API server, a socket for it and a proxy before that for as long as `body` runs.
package func withFaultyCluster<Result>(
    _ configuration: KubeServer.Configuration = .init(), _ body: (FaultyCluster) async throws -> Result
) async throws -> Result {
    let token = "test-token-of-an-admin"
    var configuration = configuration
    configuration.tokens = TokenTable([token: .admin])
    return try await withEmbeddedCluster(configuration) { cluster in
        let router = Router()
        cluster.server.addRoutes(to: router)
        let listening = Mutex<Int?>(nil)
        let application = Application(
            router: router, server: .abandonable, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in listening.withLock { $0 = channel.localAddress?.port } },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            let upstream = try await eventually("the server listens") { listening.withLock { $0 } }
            let transport = HTTPClient(.init(proxy: .none))
            let outcome: Swift.Result<Result, any Error>
            do {
                outcome = .success(
                    try await withFaultProxy(before: upstream) { proxy, port in
                        try await body(FaultyCluster(cluster, proxy, transport, token: token, port: port))
                    })
            } catch { outcome = .failure(error) }
            await transport.shutdown()
            return try outcome.get()
        }
    }
}

/// Runs a proxy for as long as `body` runs, and until its connections are closed.
private func withFaultProxy<Result>(before upstream: Int, _ body: (FaultProxy, Int) async throws -> Result) async throws -> Result {
    let proxy = FaultProxy(upstream: upstream)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await proxy.run() }
        defer { group.cancelAll() }
        return try await body(proxy, try await eventually("the proxy listens") { proxy.port })
    }
}

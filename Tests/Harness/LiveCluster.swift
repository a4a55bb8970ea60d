package import HTTPCore
import HTTPServing
import HTTPTransport
import Hummingbird
import HummingbirdTLS
import KubeClient
package import KubeServer
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// An API server in this process behind TLS on the loopback address.
package struct LiveCluster: Sendable {
    package let server: KubeServer
    package let port: Int
    /// The bearer token of a user who may do everything.
    package let token: String
    /// PEM.
    package let authority: String

    package var address: String { "https://127.0.0.1:\(port)" }

    /// The text of a kubeconfig file.
    package var kubeconfig: String {
        KubeConfig.text(name: "test", server: address, certificateAuthority: authority, token: token, namespace: "default")
    }
}

/// Runs an API server behind TLS for as long as `body` runs.
/// - Parameters:
///   - tokens: adds those of others than the admin.
///   - body: gets the server, and a transport that trusts it.
package func withLiveCluster<Result>(
    _ configuration: KubeServer.Configuration = .init(), tokens: (inout TokenTable) -> Void = { _ in },
    _ body: (LiveCluster, any Transport) async throws -> Result
) async throws -> Result {
    let token = "test-token-of-an-admin"
    var table = TokenTable([token: .admin])
    tokens(&table)
    var configuration = configuration
    configuration.tokens = table
    return try await withEmbeddedCluster(configuration) { cluster in
        let certificate = try TestCertificate()
        return try await withLoopbackServer(certificate, routes: { cluster.server.addRoutes(to: $0) }) { port in
            let live = LiveCluster(server: cluster.server, port: port, token: token, authority: certificate.certificate)
            let client = HTTPClient(.init(trustedAuthorities: Array(certificate.certificate.utf8)))
            do {
                let result = try await body(live, client)
                await client.shutdown()
                return result
            } catch {
                await client.shutdown()
                throw error
            }
        }
    }
}

/// Serves routes behind TLS on a port of the loopback address that is free.
/// - Parameter client: a certificate that every client must show; nil: none need be shown.
func withLoopbackServer<Result>(
    _ certificate: TestCertificate, client: TestCertificate? = nil, routes: (Router<BasicRequestContext>) -> Void,
    _ body: (Int) async throws -> Result
) async throws -> Result {
    let router = Router()
    routes(router)
    var tls = try TLSConfiguration.makeServerConfiguration(
        certificateChain: NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8)).map { .certificate($0) },
        privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(certificate.privateKey.utf8), format: .pem)))
    if let client {
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(client.certificate.utf8)))
        tls.certificateVerification = .noHostnameVerification
    }
    let port = PortBox()
    let application = Application(
        router: router, server: .abandonable { [tls] in try TLSChannel($0, tlsConfiguration: tls) },
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { port.set($0.localAddress?.port) },
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await application.run() }
        defer { group.cancelAll() }
        let port = try await eventually("the server listens") { port.get() }
        return try await body(port)
    }
}

/// Where the server's start leaves the port it got.
private final class PortBox: Sendable {
    private let port = Mutex<Int?>(nil)
    func set(_ value: Int?) { port.withLock { $0 = value } }
    func get() -> Int? { port.withLock { $0 } }
}

import Glibc
import HTTPTransport
import Harness
import KubeClient

/// etcd and a real kube-apiserver on loopback, in a directory of their own: RBAC and node authorisation, the admission plugins that are
/// on by default, tokens for service accounts. No controllers, no nodes.
struct ApiServerProcess: Sendable {
    /// May do everything; not exempt from admission policies.
    let admin: Client
    private let address: String
    private let transport: HTTPClient

    /// Starts both, and ends them when `body` returns or throws.
    static func run<Result>(_ assets: ApiServerAssets, _ body: (ApiServerProcess) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/graft-cluster-XXXXXX".utf8CString)
        guard let directory = mkdtemp(&template).map({ String(cString: $0) }) else { throw SetUpFailure("/tmp: no directory can be made") }
        defer { TextFile.remove(directory) }
        let ports = try LoopbackPorts.free(3)
        let files = try ServerFiles(directory)
        let etcd = try ServerProgram(
            [
                assets.etcd, "--data-dir=\(directory)/etcd", "--listen-client-urls=http://127.0.0.1:\(ports[0])",
                "--advertise-client-urls=http://127.0.0.1:\(ports[0])", "--listen-peer-urls=http://127.0.0.1:\(ports[1])",
                "--initial-advertise-peer-urls=http://127.0.0.1:\(ports[1])", "--initial-cluster=default=http://127.0.0.1:\(ports[1])",
            ], log: "\(directory)/etcd.log")
        do {
            let result = try await serve(assets, files, etcd: ports[0], port: ports[2], body)
            await etcd.end()
            return result
        } catch {
            await etcd.end()
            throw error
        }
    }

    private static func serve<Result>(
        _ assets: ApiServerAssets, _ files: ServerFiles, etcd: Int, port: Int, _ body: (ApiServerProcess) async throws -> Result
    ) async throws -> Result {
        let log = "\(files.directory)/kube-apiserver.log"
        let program = try ServerProgram(
            [
                assets.apiServer, "--etcd-servers=http://127.0.0.1:\(etcd)", "--bind-address=127.0.0.1", "--secure-port=\(port)",
                "--tls-cert-file=\(files.certificate)", "--tls-private-key-file=\(files.key)", "--token-auth-file=\(files.tokens)",
                "--authorization-mode=Node,RBAC", "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true",
                "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=\(files.accountKey)",
                "--service-account-signing-key-file=\(files.accountKey)",
            ], log: log)
        do {
            let server = try ApiServerProcess(files, port: port)
            try await eventually("the API server is ready; its log ends with:\n\(TextFile.end(of: log))", within: .seconds(180)) {
                (try? await server.admin.text(path: "/readyz")) == "ok"
            }
            let result = try await body(server)
            await server.transport.shutdown()
            await program.end()
            return result
        } catch {
            await program.end()
            throw error
        }
    }

    private init(_ files: ServerFiles, port: Int) throws {
        address = "https://127.0.0.1:\(port)"
        var configuration = HTTPClient.Configuration(proxy: .none)
        configuration.trustedAuthorities = Array(try TextFile.read(files.certificate).utf8)
        transport = HTTPClient(configuration)
        admin = try Client(transport: transport, server: address, authentication: .bearer(files.adminToken))
        adminToken = files.adminToken
    }

    private let adminToken: String

    /// Somebody with a token.
    func client(token: String) throws -> Client {
        try Client(transport: transport, server: address, authentication: .bearer(token))
    }

    /// The administrator in somebody else's name.
    func client(as user: String, groups: [String] = []) throws -> Client {
        try Client(
            transport: transport, server: address, authentication: .bearer(adminToken),
            impersonation: Impersonation(user: user, groups: groups + ["system:authenticated"]))
    }
}

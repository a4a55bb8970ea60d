import Glibc
package import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization

/// Kubernetes' own API server on etcd, from the folder that `KUBEBUILDER_ASSETS` names: one for all tests of a process, ended with it.
package struct RealCluster: Sendable {
    package let port: Int
    package let token: String
    /// PEM.
    package let authority: String

    private static let assets = getenv("KUBEBUILDER_ASSETS").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }

    package static var isAvailable: Bool { assets != nil }

    private enum State {
        case none, starting
        case running(RealCluster)
        case failed(any Error)
    }

    private static let state = Mutex(State.none)

    /// Runs `body` with the cluster, which the first who asks starts, and a transport that trusts it.
    package static func use<Result>(_ body: (RealCluster, any Transport) async throws -> Result) async throws -> Result {
        let starts = state.withLock { state in
            guard case .none = state else { return false }
            state = .starting
            return true
        }
        if starts {
            do {
                let cluster = try await start()
                state.withLock { $0 = .running(cluster) }
            } catch { state.withLock { $0 = .failed(error) } }
        }
        let cluster = try await eventually("the real cluster has started", within: .seconds(120), every: .milliseconds(50)) {
            () throws -> RealCluster? in
            switch state.withLock(\.self) {
            case .none, .starting: nil
            case .running(let cluster): cluster
            case .failed(let error): throw error
            }
        }
        let client = HTTPClient(.init(trustedAuthorities: Array(cluster.authority.utf8)))
        do {
            let result = try await body(cluster, client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private static func start() async throws -> RealCluster {
        var template = Array("/tmp/graft-real-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FileError("mkdtemp", "/tmp") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let certificate = try TestCertificate()
        try write(certificate.certificate, to: directory + "/server.crt")
        try write(certificate.privateKey, to: directory + "/server.key")
        let cluster = RealCluster(
            port: try freePort(), token: "test-token-of-an-admin", authority: certificate.certificate)
        try write("\(cluster.token),admin,admin,system:masters\n", to: directory + "/tokens.csv")
        let etcd = "http://127.0.0.1:\(try freePort())"
        let peer = "http://127.0.0.1:\(try freePort())"
        _ = try run(
            "etcd",
            [
                "--data-dir", directory + "/etcd", "--listen-client-urls", etcd, "--advertise-client-urls", etcd,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=\(peer)",
                "--unsafe-no-fsync",
            ], in: directory)
        let server = try run(
            "kube-apiserver",
            [
                "--etcd-servers=\(etcd)", "--bind-address=127.0.0.1", "--secure-port=\(cluster.port)",
                "--tls-cert-file=\(directory)/server.crt", "--tls-private-key-file=\(directory)/server.key",
                "--token-auth-file=\(directory)/tokens.csv", "--authorization-mode=RBAC",
                "--service-account-issuer=https://tests.graft.dev", "--service-account-key-file=\(directory)/server.crt",
                "--service-account-signing-key-file=\(directory)/server.key", "--service-cluster-ip-range=10.0.0.0/24",
                "--disable-admission-plugins=ServiceAccount", "--cert-dir=\(directory)",
            ], in: directory)
        let client = HTTPClient(.init(trustedAuthorities: Array(cluster.authority.utf8)))
        try await eventually("the API server is ready: \(server.errors.suffix(2000))", within: .seconds(100), every: .milliseconds(200)) {
            let request = HTTPRequest(
                method: .get, scheme: "https", authority: "127.0.0.1:\(cluster.port)", path: "/readyz",
                headerFields: [.authorization: "Bearer \(cluster.token)"])
            return (try? await client.send(request))?.head.status == .ok
        }
        await client.shutdown()
        return cluster
    }

    /// Starts a program that ends with this process.
    private static func run(_ name: String, _ arguments: [String], in directory: String) throws -> Program {
        try Program(
            "/usr/bin/setpriv", ["--pdeathsig", "KILL", "\(assets ?? "")/\(name)"] + arguments, environment: ["HOME": directory],
            in: directory)
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw FileError("bind", "127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

import FoundationEssentials
import Glibc
import HTTPCore
import Harness
import KubeClient
import Stations

/// Measures what it costs to keep a store of many objects, against downloading them.
@main
struct Runtime {
    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            guard try await run(options) else { exit(1) }
        } catch {
            complain("runtime: \(error)")
            exit(2)
        }
    }

    /// False when a figure misses its aim.
    private static func run(_ options: Options) async throws -> Bool {
        if options.replay {
            try ReplayServer(objects: options.objects, rate: options.rate).run()
            return true
        }
        let directory = "/tmp/graft-runtime-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        if let kubeconfig = options.kubeconfig {
            return try await Measurements(
                options, server: "a server given by its kubeconfig", isKubernetes: false, kubeconfig: kubeconfig, directory: directory
            ).run()
        }
        return try await withServer { server in
            let kubeconfig = options.serve ?? "\(directory)/kubeconfig"
            try write(server.kubeconfig, to: kubeconfig + ".new")
            let client = try Client(
                transport: server.transport, server: server.address, authentication: .bearer(server.token), userAgent: "runtime")
            try await Seeding(client: client, count: options.objects).run()
            // Its appearance says that the server is filled.
            rename(kubeconfig + ".new", kubeconfig)
            if options.serve != nil {
                while true { try await Task.sleep(for: .seconds(3600)) }
            }
            return try await Measurements(
                options, server: server.name, isKubernetes: server.isKubernetes, kubeconfig: kubeconfig, directory: directory
            ).run()
        }
    }
}

/// The server that is read from, in another process than the reader.
struct MeasuredServer {
    var name: String
    var isKubernetes: Bool
    var address: String
    var token: String
    var authority: String
    var transport: any Transport

    var kubeconfig: String { KubeConfig.text(name: "runtime", server: address, certificateAuthority: authority, token: token) }
}

/// Runs Kubernetes' own API server when there is one, otherwise the embedded one in this process.
func withServer<Result>(_ body: (MeasuredServer) async throws -> Result) async throws -> Result {
    if RealCluster.isAvailable {
        return try await RealCluster.use { cluster, transport in
            try await body(
                MeasuredServer(
                    name: "kube-apiserver and etcd", isKubernetes: true, address: "https://127.0.0.1:\(cluster.port)", token: cluster.token,
                    authority: cluster.authority, transport: transport))
        }
    }
    return try await withLiveCluster { cluster, transport in
        try await body(
            MeasuredServer(
                name: "the embedded API server", isKubernetes: false, address: cluster.address, token: cluster.token,
                authority: cluster.authority,
                transport: transport))
    }
}

/// Writes a file that only its owner may read.
func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Failure("\(path) can't be written: \(String(cString: strerror(errno)))") }
    defer { close(file) }
    guard text.withCString({ Glibc.write(file, $0, strlen($0)) }) == text.utf8.count else { throw Failure("\(path) can't be written") }
}

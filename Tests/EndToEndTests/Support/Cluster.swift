import Glibc
import GraftAPI
import HTTPTransport
import Harness
import JSON
import KubeClient
import KubeConnection
import KubeCore
import Synchronization

/// A control plane as users start it: `graft up`, with its data in a directory. It can be killed and started again on the same ports.
final class Cluster: Sendable {
    let processes: Processes
    /// Of the test; everything lies below it.
    let directory: String
    /// Options beyond the directory and the ports.
    private let options: [String]
    private let state = Mutex(State())

    private struct State {
        var process: RunningProcess?
        var ports: (api: String, registry: String) = ("0", "0")
        var client: Client?
    }

    /// What a control plane writes when all of it answers.
    struct Ready {
        var server: String
        var registry: String
    }

    init(_ processes: Processes, directory: String, options: [String] = []) {
        self.processes = processes
        self.directory = directory
        self.options = options
    }

    var data: String { directory + "/control-plane" }
    var kubeconfig: String { data + "/kubeconfig" }
    var agentKubeconfig: String { data + "/agent.kubeconfig" }

    /// Starts it and waits until all of it answers. On the ports it had before, if it ran before.
    func start() async throws {
        let readyFile = data + "/ready"
        File.remove(readyFile)
        let ports = state.withLock { $0.ports }
        let process = try processes.start(
            "control-plane",
            [Repository.graft, "up", "--data", data, "--port", ports.api, "--registry-port", ports.registry, "--log-level", "debug"]
                + options)
        state.withLock { $0.process = process }
        let ready = try await eventually("the start of the control plane", within: .seconds(60)) { () throws -> Ready? in
            if let end = process.end {
                throw Finished.CommandFailed(description: "graft up ended with \(end): \(File.tail(process.output))")
            }
            guard File.exists(readyFile) else { return nil }
            let json = try JSON.parse(File.text(readyFile))
            return Ready(server: json["server"]?.string ?? "", registry: json["registry"]?.string ?? "")
        }
        let configuration = try ClientConfiguration.infer(kubeconfig: kubeconfig)
        let client = try Client(configuration, transport: HTTPClient(for: configuration), userAgent: "end-to-end-test")
        state.withLock {
            $0.ports = (Self.port(of: ready.server), Self.port(of: ready.registry))
            $0.client = client
        }
    }

    private static func port(of address: String) -> String { String(address.split(separator: ":").last ?? "0") }

    /// May do everything. Only after `start`.
    var client: Client { state.withLock { $0.client! } }
    var process: RunningProcess { state.withLock { $0.process! } }
    /// `127.0.0.1:PORT`; stays when it is started again.
    var registry: String { "127.0.0.1:" + state.withLock { $0.ports.registry } }
    var server: String { "https://127.0.0.1:" + state.withLock { $0.ports.api } }

    /// `kill -9`, and a new one on the same data and ports.
    func crash() async throws {
        process.killNow()
        try await start()
    }

    @discardableResult
    func graft(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> Finished {
        try await processes.run([Repository.graft] + arguments, environment: ["KUBECONFIG": kubeconfig], within: limit)
    }

    @discardableResult
    func kubectl(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> Finished {
        try await processes.run(["kubectl"] + arguments, environment: ["KUBECONFIG": kubeconfig, "HOME": directory], within: limit)
    }
}

/// Runs `body` with a control plane that answers.
func withCluster<Result>(options: [String] = [], _ body: (Cluster) async throws -> Result) async throws -> Result {
    try await withProcesses { processes, directory in
        let cluster = Cluster(processes, directory: directory, options: options)
        try await cluster.start()
        return try await body(cluster)
    }
}

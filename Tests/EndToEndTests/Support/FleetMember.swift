import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import Synchronization

/// One host process and its agent.
final class FleetMember: Sendable {
    let name: String
    let directory: String
    /// For manifests to select it by.
    let tier: String
    private let processes: Processes
    private let kubeconfig: String
    private let running = Mutex<(host: RunningProcess?, agent: RunningProcess?, port: Int)>((nil, nil, 0))

    init(_ name: String, directory: String, tier: String = "edge", processes: Processes, kubeconfig: String) {
        self.name = name
        self.tier = tier
        self.directory = directory
        self.processes = processes
        self.kubeconfig = kubeconfig
    }

    var stateDirectory: String { directory + "/state" }
    var configurationFile: String { directory + "/agent.yaml" }
    /// Of the host process.
    var port: Int { running.withLock { $0.port } }
    var host: RunningProcess { running.withLock { $0.host! } }
    var agent: RunningProcess { running.withLock { $0.agent! } }

    func startHost() async throws {
        try File.makeDirectory(directory + "/modules")
        let portFile = directory + "/port"
        let process = try processes.start(
            "host-\(name)", [ExampleProgram.host, "--modules", directory + "/modules", "--port", "0", "--port-file", portFile])
        let port = try await eventually("the start of host \(name)", every: .milliseconds(10)) {
            File.exists(portFile) ? Int(try File.text(portFile).dropLast()) : nil
        }
        running.withLock { ($0.host, $0.port) = (process, port) }
    }

    /// - Parameters:
    ///   - wrapper: a command that runs the agent.
    ///   - options: beyond its configuration and its cluster.
    func startAgent(inside wrapper: [String] = [], options: [String] = []) throws {
        try File.makeDirectory(stateDirectory)
        try File.write(configuration.text(.pretty), to: configurationFile)
        let process = try processes.start(
            "agent-\(name)", wrapper + [Repository.agent, "--config", configurationFile, "--kubeconfig", kubeconfig] + options)
        running.withLock { $0.agent = process }
    }

    func stop() { running.withLock { [$0.host, $0.agent] }.forEach { $0?.killNow() } }

    /// Waits until the host process serves no module any more.
    func waitsUntilEmpty() async throws {
        let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
        let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/-/version")
        try await eventually("\(name) runs no module", every: .milliseconds(50)) {
            try await client.send(request).head.status == .serviceUnavailable
        }
    }

    /// `kill -9` of the agent alone, and a new one beside the same host process.
    func crashAgent() throws {
        agent.killNow()
        try startAgent()
    }

    /// JSON is YAML.
    var configuration: JSON {
        let at = "http://127.0.0.1:\(port)"
        return [
            "class": "edge-proxy", "nodeName": .string(name), "runtimeVersion": "2.4.1", "contract": "edge/3",
            "capabilities": ["reload"],
            "labels": ["tier": .string(tier)], "stateDirectory": .string(stateDirectory), "returnSpreadSeconds": 0,
            "fetchSpreadSeconds": 0, "metrics": ["url": .string(at + "/-/metrics"), "intervalSeconds": 1],
            "slots": [
                [
                    "name": "net/filter", "directory": .string(directory + "/modules"), "reload": ["url": .string(at + "/-/reload")],
                    "probe": [
                        "url": .string(at + "/-/version"), "version": "/version", "digest": "/digest", "process": "/process",
                    ],
                    "routing": [
                        "probe": [
                            "url": .string(at + "/-/canary"), "version": "/version", "digest": "/digest", "process": "/process",
                            "rule": "/rule",
                        ]
                    ],
                    "probeDeadlineSeconds": 3, "probeIntervalSeconds": 0.1, "soakSeconds": 1, "soakIntervalSeconds": 0.2,
                ]
            ],
        ]
    }
}

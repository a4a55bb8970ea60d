import FoundationEssentials
import Glibc
import GraftAPI
import Harness
import KubeClient
import KubeServer
import Logging
import Stations

/// What it costs the controller that 5,000 hosts tell of themselves during a rollout, what happens when hosts vanish, come late, or all come again, and how soon
/// all that comes to a verdict: `hack/bench streams`.
///
/// The controller is a process of its own, and measured. API server, hosts and their agents' connections are this one: each agent has a connection over TLS with a
/// token of its own, and sends what `graft-agent` would, every ten seconds.
@main
struct Streams {
    var hosts = 5_000
    /// What is measured lasts so many seconds.
    var seconds = 60

    static func main() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var words = Array(CommandLine.arguments.dropFirst())
        if words.first == "--controller" { return try await MeasuredController(directory: words[1], port: UInt16(words[2]) ?? 0).run() }
        var streams = Streams()
        if !words.isEmpty { streams.hosts = Int(words.removeFirst()) ?? streams.hosts }
        if !words.isEmpty { streams.seconds = Int(words.removeFirst()) ?? streams.seconds }
        WindowCost(hosts: streams.hosts).measure()
        guard try await streams.run() else { exit(1) }
    }

    private func run() async throws -> Bool {
        let directory = "/tmp/graft-streams-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var logger = Logger(label: "streams")
        logger.logLevel = .error
        let hosts = hosts
        return try await withLiveCluster(
            .init(storage: .file(directory + "/api.sqlite"), logger: logger), tokens: { Scene.addTokens(of: hosts, to: &$0) }
        ) { cluster, transport in
            try cluster.kubeconfig.write(toFile: directory + "/kubeconfig")
            let certificate = try TestCertificate()
            try certificate.certificate.write(toFile: directory + "/tls.crt")
            try certificate.privateKey.write(toFile: directory + "/tls.key")
            let client = try Client(
                transport: transport, server: cluster.address, authentication: .bearer(cluster.token), userAgent: "streams")
            let scene = Scene(client: client, count: hosts, logger: logger)
            try await scene.prepare(layout: directory + "/layout")
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await scene.obey() }
                defer { group.cancelAll() }
                let rows = try await Course(hosts: hosts, seconds: seconds, directory: directory, scene: scene).measure()
                print("\n" + Row.header)
                for row in rows { print(row.text) }
                return rows.allSatisfy(\.holds)
            }
        }
    }
}

extension String {
    func write(toFile path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(utf8), attributes: [.posixPermissions: 0o600]) else {
            throw Complaint("\(path) can't be written")
        }
    }
}

/// Why there are no figures.
struct Complaint: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

import FoundationEssentials
import Glibc
import GraftAPI
import Harness
import KubeClient
import KubeServer
import Logging
import Stations

/// What the controller costs when there is nothing to do: `hack/bench idle`.
///
/// The API server with its database on disk, and agents that renew Leases, are this process; the controller is another, and measured.
@main
struct Idle {
    var deployments = 10_000
    /// What is measured lasts so many seconds, and begins when the controller has been quiet for a while.
    var seconds = 60
    /// Where the cluster is kept for the next time, or was.
    var kept: String?
    /// A controller built earlier, to be measured beside.
    var other: String?

    static func main() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var words = CommandLine.arguments.dropFirst()
        if words.first == "--controller" { return try await MeasuredController(kubeconfig: words[2], layout: words[3]).run() }
        var idle = Idle()
        while let word = words.popFirst() {
            switch word {
            case "--keep": idle.kept = words.popFirst()
            case "--beside": idle.other = words.popFirst()
            case "--seconds": idle.seconds = words.popFirst().flatMap { Int($0) } ?? idle.seconds
            default: idle.deployments = Int(word) ?? idle.deployments
            }
        }
        guard try await idle.run() else { exit(1) }
    }

    /// False when a figure misses its aim.
    private func run() async throws -> Bool {
        let directory = kept ?? "/tmp/graft-idle-\(getpid())"
        let isThere = FileManager.default.fileExists(atPath: directory + "/delivered")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { if kept == nil { try? FileManager.default.removeItem(atPath: directory) } }
        var logger = Logger(label: "idle")
        logger.logLevel = .error
        // A user of its own: the API server's log tells its requests from the agents'.
        let controller = User(name: Measurement.controllerUser, groups: User.admin.groups)
        return try await withLiveCluster(
            .init(storage: .file(directory + "/api.sqlite"), logger: logger),
            tokens: { $0.recognise { $0 == Self.token ? controller : nil } }
        ) { cluster, _ in
            let kubeconfig = KubeConfig.text(
                name: "idle", server: cluster.address, certificateAuthority: cluster.authority, token: Self.token)
            try kubeconfig.write(toFile: directory + "/kubeconfig")
            // Agents' requests take no TLS from the processors that the controller shares with them.
            let client = try Client(
                transport: cluster.server.inProcessTransport(), server: "https://embedded.invalid", userAgent: "idle")
            let scene = Scene(client: client, count: deployments, logger: logger)
            let clock = Stopwatch()
            if isThere { try await scene.renew() } else { try await scene.prepare(layout: directory + "/layout") }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await scene.live() }
                defer { group.cancelAll() }
                for round in 0..<Scene.rounds where !isThere { try await deliver(scene, round, directory) }
                if !isThere {
                    clock.lap()
                    try await scene.copyDelivered()
                    say("the others are copies of these, written in \(clock.lap())")
                    try "".write(toFile: directory + "/delivered")
                }
                let measurement = Measurement(scene: scene, log: cluster.server.accessLog, seconds: seconds)
                var earlier: Measurement.Result?
                if let other { earlier = try await measurement.run(try Self.start(other, directory), name: "by \(other)") }
                let result = try await measurement.run(try Self.start(nil, directory), beside: earlier)
                say("all of it took \(clock.total)")
                return result.isHeld
            }
        }
    }

    private static let token = "token-of-the-controller"

    /// Starts a controller, of this build or another.
    private static func start(_ program: String?, _ directory: String) throws -> Program {
        try Program(
            program ?? CommandLine.arguments[0], ["--controller", directory + "/kubeconfig", directory + "/layout"], in: directory)
    }

    private func deliver(_ scene: Scene, _ round: Int, _ directory: String) async throws {
        let controller = try Self.start(nil, directory)
        defer { controller.end() }
        let clock = Stopwatch()
        do { try await scene.deliver(round: round) } catch {
            say(controller.errors)
            throw error
        }
        say("\(scene.sample) deployments delivered in \(clock.total); \(Usage(controller.output)) of the controller")
    }
}

/// At once, also where the output is a file.
func say(_ text: String) {
    print(text)
    fflush(nil)
}

/// Why there are no figures.
struct Complaint: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

extension String {
    func write(toFile path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(utf8), attributes: [.posixPermissions: 0o600]) else {
            throw Complaint("\(path) can't be written")
        }
    }
}

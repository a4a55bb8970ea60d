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
        return try await withLiveCluster(.init(storage: .file(directory + "/api.sqlite"), logger: logger)) { cluster, transport in
            try cluster.kubeconfig.write(toFile: directory + "/kubeconfig")
            let client = try Client(
                transport: transport, server: cluster.address, authentication: .bearer(cluster.token), userAgent: "idle")
            let scene = Scene(client: client, count: deployments, logger: logger)
            if isThere { try await scene.renew() } else { try await scene.prepare(layout: directory + "/layout") }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await scene.live() }
                defer { group.cancelAll() }
                for round in 0..<Scene.rounds where !isThere { try await deliver(scene, round, directory) }
                if !isThere {
                    try await scene.copyDelivered()
                    say("the others are copies of these")
                    try "".write(toFile: directory + "/delivered")
                }
                let log = cluster.server.accessLog
                if let other { try await measure(scene, log, directory, other) }
                return try await measure(scene, log, directory)
            }
        }
    }

    private func start(_ program: String?, _ directory: String) throws -> Program {
        try Program(
            program ?? CommandLine.arguments[0], ["--controller", directory + "/kubeconfig", directory + "/layout"], in: directory)
    }

    private func deliver(_ scene: Scene, _ round: Int, _ directory: String) async throws {
        let controller = try start(nil, directory)
        defer { controller.end() }
        let began = ContinuousClock.now
        do { try await scene.deliver(round: round) } catch {
            say(controller.errors)
            throw error
        }
        say("\(scene.sample) deployments delivered in \((.now - began) / .seconds(1)) s; \(Usage(controller.output)) of the controller")
    }

    /// Another controller, which finds all at rest.
    @discardableResult
    private func measure(_ scene: Scene, _ log: AccessLog, _ directory: String, _ program: String? = nil) async throws -> Bool {
        let controller = try start(program, directory)
        defer { controller.end() }
        let name = program.map { ", by \($0)" } ?? ""
        try await waitUntilQuiet(controller)
        let before = Usage(controller.output)
        say("another controller\(name) finds them at rest after \(before)")
        let version = try await scene.newestVersion()
        log.reset()
        try await Task.sleep(for: .seconds(seconds))
        let after = Usage(controller.output)
        say("requests to the API server meanwhile, agents' included: \(requests(log))")
        let isQuiet = log.count { $0.resource != "leases" && !["get", "list", "watch"].contains($0.verb) } == 0
        let written = try await scene.written(since: version)
        say("those of the controller: \(after.requests(since: before))")
        say("objects written meanwhile: \(written.isEmpty ? "Leases alone" : written.joined(separator: ", "))")
        let latency = try await scene.answerTimes(of: 200)
        let answering = Usage(controller.output)
        var share = (after.processor - before.processor) / (after.time - before.time) * 100
        var rows = Rows()
        rows.judge("\(deployments) deployments, idle: memory of the controller\(name)", "MB", Double(after.resident) / 1e6, aim: 200)
        rows.judge("\(deployments) deployments, idle: its share of a core\(name)", "%", share, aim: 2)
        rows.tell("the most it took, from its start on\(name)", "MB", Double(before.peak) / 1e6)
        rows.tell("processor time of its start\(name)", "s", before.processor)
        rows.tell("write of a spec → status, p50 of 200\(name)", "ms", latency[latency.count / 2])
        rows.tell("write of a spec → status, p99 of 200\(name)", "ms", latency[latency.count * 99 / 100])
        if answering.port > 0 {
            let began = Usage(controller.output)
            var bytes = 0
            for _ in 0..<4 {
                bytes = try await Scrape.bytes(port: answering.port)
                try await Task.sleep(for: .seconds(15))
            }
            let ended = Usage(controller.output)
            share = (ended.processor - began.processor) / (ended.time - began.time) * 100
            rows.tell("scraped every 15 s, \(bytes / 1_000_000) MB each: memory", "MB", Double(ended.resident) / 1e6)
            rows.tell("scraped every 15 s: share of a core", "%", share)
            rows.tell("scraped every 15 s: the most it took", "MB", Double(ended.peak) / 1e6)
        }
        rows.print()
        return rows.areHeld && isQuiet && written.isEmpty
    }

    /// Verbs and resources, and how often.
    private func requests(_ log: AccessLog) -> String {
        let kinds = Set(log.entries.map { [$0.verb, $0.resource, $0.subresource] }).sorted { $0.lexicographicallyPrecedes($1) }
        return kinds.map { kind in
            let count = log.count { [$0.verb, $0.resource, $0.subresource] == kind }
            return "\(count) \(kind[0]) \(kind[1])\(kind[2].isEmpty ? "" : "/" + kind[2])"
        }.joined(separator: ", ")
    }

    /// Less than a tenth of a core for ten seconds, once it leads: its predecessor's Lease has to run out before.
    private func waitUntilQuiet(_ controller: Program) async throws {
        try await Task.sleep(for: .seconds(30))
        for _ in 0..<90 {
            let before = Usage(controller.output)
            try await Task.sleep(for: .seconds(10))
            let after = Usage(controller.output)
            if before.time > 0, after.processor - before.processor < 1, after.processor > 0.5 { return }
        }
        throw Complaint("the controller is not quiet after a quarter of an hour: \(controller.errors)")
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

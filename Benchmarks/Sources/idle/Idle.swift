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

    static func main() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var words = CommandLine.arguments.dropFirst()
        if words.first == "--controller" { return try await MeasuredController(kubeconfig: words[2], layout: words[3]).run() }
        var idle = Idle()
        if let count = words.popFirst() { idle.deployments = Int(count) ?? idle.deployments }
        if let count = words.popFirst() { idle.seconds = Int(count) ?? idle.seconds }
        guard try await idle.run() else { exit(1) }
    }

    /// False when a figure misses its aim.
    private func run() async throws -> Bool {
        let directory = "/tmp/graft-idle-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var logger = Logger(label: "idle")
        logger.logLevel = .error
        return try await withLiveCluster(.init(storage: .file(directory + "/api.sqlite"), logger: logger)) { cluster, transport in
            try cluster.kubeconfig.write(toFile: directory + "/kubeconfig")
            let client = try Client(
                transport: transport, server: cluster.address, authentication: .bearer(cluster.token), userAgent: "idle")
            let scene = Scene(client: client, count: deployments, logger: logger)
            try await scene.prepare(layout: directory + "/layout")
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await scene.live() }
                defer { group.cancelAll() }
                return try await measure(scene, directory)
            }
        }
    }

    private func measure(_ scene: Scene, _ directory: String) async throws -> Bool {
        func start() throws -> Program {
            try Program(
                CommandLine.arguments[0], ["--controller", directory + "/kubeconfig", directory + "/layout"], in: directory)
        }
        let first = try start()
        let began = ContinuousClock.now
        do { try await scene.waitUntilHealthy() } catch {
            first.end()
            print(first.errors)
            throw error
        }
        let delivering = Usage(first.output)
        print("\(deployments) deployments delivered in \((.now - began) / .seconds(1)) s; \(delivering.description) of the controller")
        first.end()
        // What it did is done: another one finds all at rest.
        let second = try start()
        defer { second.end() }
        try await waitUntilQuiet(second)
        let before = Usage(second.output)
        print("another controller finds them at rest after \(before.description)")
        try await Task.sleep(for: .seconds(seconds))
        let after = Usage(second.output)
        let share = (after.processor - before.processor) / (after.time - before.time) * 100
        let megabytes = Double(after.resident) / 1_000_000
        print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
        let isHeld = [
            row("\(deployments) deployments, idle: memory of the controller", "MB", megabytes, aim: 200),
            row("\(deployments) deployments, idle: its share of a core", "%", share, aim: 2),
        ]
        return isHeld.allSatisfy(\.self)
    }

    /// Less than a tenth of a core for ten seconds.
    private func waitUntilQuiet(_ controller: Program) async throws {
        for _ in 0..<60 {
            let before = Usage(controller.output)
            try await Task.sleep(for: .seconds(10))
            let after = Usage(controller.output)
            if before.time > 0, after.processor - before.processor < 1, after.processor > 0.5 { return }
        }
        throw Complaint("the controller is not quiet after ten minutes: \(controller.errors)")
    }

    private func row(_ what: String, _ unit: String, _ measured: Double, aim: Double) -> Bool {
        func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
        print(
            "| \(what) | ≤ \(Int(aim)) \(unit) | \(text(measured)) \(unit) | \(text(measured / aim)) | \(measured > aim ? "**missed**" : "") |"
        )
        return measured <= aim
    }
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

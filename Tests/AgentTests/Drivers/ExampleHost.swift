import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeRuntime
import Synchronization

@testable import Agent

/// The example host and its modules, built with the C compiler of this machine, once for all tests.
enum Example {
    static let source: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return parts.joined(separator: "/") + "/Examples/edge-proxy"
    }()
    private static let output = source.dropLast("/Examples/edge-proxy".count) + "/.build/agent-tests"

    static func host() async throws -> String {
        try await make(to: output, [])
        return "\(output)/edge-proxy"
    }

    /// The shared library of a version. Broken: 1 fails its self-check, 2 fails later, 3 kills its process, 4 refuses to load.
    static func module(_ version: String, broken: Int = 0) async throws -> String {
        let output = broken == 0 ? String(output) : "\(output)/broken-\(broken)"
        try await make(to: output, ["module", "VERSION=\(version)", "BROKEN=\(broken)"])
        return "\(output)/\(version)/libfilter.so"
    }

    /// Make builds what is missing; the lock keeps tests that run at once out of each other's way.
    private static func make(to output: some StringProtocol, _ targets: [String]) async throws {
        try Disk.real.makeDirectories(String(output))
        let ended = try await ChildProcess.run(
            ["flock", "\(self.output)/lock", "make", "-s", "-C", source, "OUT=\(output)"] + targets, environment: [:],
            timeout: .seconds(120), surroundings: .system)
        if let complaint = ended.complaint { throw NeverHappened(description: "make \(targets): \(complaint)") }
    }
}

/// One running example host.
final class ExampleHost: Sendable {
    let modules: String
    private let directory: String
    private let running: Mutex<(program: Program, port: Int)>
    let client = HTTPClient(HTTPClient.Configuration(proxy: .none))

    init(directory: String) async throws {
        self.directory = directory
        modules = "\(directory)/modules"
        try Disk.real.makeDirectories(modules)
        running = Mutex(try await Self.start(directory, port: 0))
    }

    private static func start(_ directory: String, port: Int) async throws -> (Program, Int) {
        let portFile = "\(directory)/port"
        try Disk.real.removeIfPresent(portFile)
        let program = try Program(
            try await Example.host(),
            ["--modules", "\(directory)/modules", "--port", "\(port)", "--port-file", portFile, "--pid-file", "\(directory)/pid"],
            in: directory)
        let found = try await eventually("the host listens: \(program.errors)") {
            Disk.real.size(of: portFile) == nil
                ? nil : Int(String(decoding: try Disk.real.read(portFile), as: UTF8.self).filter { $0.isNumber })
        }
        return (program, found)
    }

    var port: Int { running.withLock { $0.port } }
    var pidFile: String { "\(directory)/pid" }

    /// Ends it, and its client.
    func end() async {
        running.withLock { $0.program }.end()
        await client.shutdown()
    }

    func kill() { running.withLock { $0.program }.end() }

    /// Starts it again, on the same port.
    func restart() async throws {
        kill()  // it may have ended by itself; somebody must ask for its status
        let started = try await Self.start(directory, port: port)
        running.withLock { $0 = started }
    }

    var settings: DirectorySettings {
        func probe(_ path: String, rule: String? = nil) -> ProbeSettings {
            ProbeSettings(
                .http(
                    HostURL("http://127.0.0.1:\(port)\(path)")!,
                    .init(
                        version: try? JSONPointer("/version"), digest: try? JSONPointer("/digest"), process: try? JSONPointer("/process"),
                        rule: rule.flatMap { try? JSONPointer($0) })))
        }
        return DirectorySettings(
            directory: modules, reload: ReloadSettings(.http(HostURL("http://127.0.0.1:\(port)/-/reload")!, method: "POST")),
            restart: ReloadSettings(.http(HostURL("http://127.0.0.1:\(port)/-/restart")!, method: "POST")), probe: probe("/-/version"),
            routing: RoutingSettings(probe: probe("/-/canary", rule: "/rule")))
    }

    func get(_ path: String, key: String? = nil) async throws -> (status: Int, body: String) {
        var request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: path)
        request.headerFields[HTTPField.Name("X-Key")!] = key
        let answer = try await client.send(request)
        return (answer.head.status.code, String(decoding: answer.body, as: UTF8.self))
    }

    /// The how manieth load of the process what answers requests came with.
    func load() async throws -> Int64? { (try? JSON.parse(try await get("/-/version").body))?["load"]?.integer }

    /// The version that answers requests; nil when none is loaded.
    func version() async throws -> String? {
        let body = try await get("/-/version").body
        return (try? JSON.parse(body))?["version"]?.string
    }
}

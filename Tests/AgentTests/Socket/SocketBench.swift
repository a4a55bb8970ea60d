import Glibc
import GraftHost
import Harness
import HostProtocol
import KubeRuntime
import ServiceLifecycle

@testable import Agent

/// A socket driver that listens, and versions in a store.
struct SocketBench: Sendable {
    let driver: SocketDriver
    let area: StagingArea
    let path: String

    static func run<Result: Sendable>(
        loadTimeout: Duration = .seconds(60), probeTimeout: Duration = .seconds(60), hostWait: Duration = .seconds(60), disk: Disk = .real,
        _ body: (SocketBench) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { (directory: String) in
            let path = "\(directory)/run/filter.sock"
            let settings = SocketSettings(
                path: path, user: geteuid(), loadTimeout: loadTimeout, probeTimeout: probeTimeout, hostWait: hostWait)
            let driver = try SocketDriver(slot: "net/filter", settings: settings, disk: disk, logger: .silent)
            return try await driver.whileListening {
                try await body(SocketBench(driver: driver, area: try StagingArea(directory: directory), path: path))
            }
        }
    }

    func staged(_ version: String) async throws -> InstalledRevision {
        let revision = try area.revision(version)
        try await driver.stage(revision, from: area.store)
        return revision.installed
    }

    /// What activating fails with; nil: nothing.
    func failureOfActivating(_ revision: InstalledRevision) async -> SlotFailure? {
        do {
            try await driver.activate(revision)
            return nil
        } catch {
            return SlotFailure(error, during: .activate(revision))
        }
    }

    /// A host that is connected.
    func withHost<Result: Sendable>(_ body: (MappingHost) async throws -> Result) async throws -> Result {
        let host = try MappingHost(path: path)
        return try await host.whileServing {
            try await eventually("it is connected") { host.events.contains(.connected) }
            return try await body(host)
        }
    }
}

extension SocketDriver {
    /// Runs what belongs to it as long as `body` runs.
    func whileListening<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            defer { group.cancelAll() }
            return try await body()
        }
    }
}

/// A host that says just what a test has it say.
struct RawHost: Sendable {
    let socket: PacketSocket

    init(path: String) async throws {
        socket = try await eventually("the agent listens") { try? PacketSocket.connect(to: path) }
    }

    init(greeting path: String, slot: String = "net/filter", running: ModuleIdentity? = nil, process: String = "raw") async throws {
        try await self.init(path: path)
        say(.hello(.init(slot: slot, process: process, running: running)))
    }

    func say(_ message: HostMessage) { _ = socket.send(message.packet) }

    /// The next message; nil: the agent has closed the connection.
    func hear() async throws -> (AgentMessage, Descriptor?)? {
        try await eventually("the agent says something") { () -> (AgentMessage, Descriptor?)?? in
            switch socket.receive(takingDescriptors: true) {
            case .nothing: return nil
            case .closed: return .some(nil)
            case .violation(let violation): throw violation
            case .packet(let packet, let descriptor): return (try AgentMessage(packet: packet), descriptor)
            }
        }
    }

    /// What the agent says up to the first message of this kind.
    func hear(until isWanted: (AgentMessage) -> Bool) async throws -> AgentMessage {
        while let (message, _) = try await hear() { if isWanted(message) { return message } }
        throw NeverHappened(description: "the agent closed the connection")
    }

    /// Takes a module whole.
    func takeModule() async throws -> (id: Int, load: AgentMessage.Load, files: [(AgentMessage.ModuleFile, Descriptor?)]) {
        guard case .load(let id, let load) = try await hear(until: { if case .load = $0 { true } else { false } }) else {
            throw NeverHappened(description: "a module comes")
        }
        var files: [(AgentMessage.ModuleFile, Descriptor?)] = []
        while files.count < load.files {
            guard let (message, descriptor) = try await hear(), case .file(id, let file) = message else {
                throw NeverHappened(description: "a file comes")
            }
            files.append((file, descriptor))
        }
        return (id, load, files)
    }
}

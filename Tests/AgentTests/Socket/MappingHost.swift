import Glibc
import GraftHost
import Synchronization

@testable import Agent

/// A host that maps whatever it is given, as a dynamic linker does, and keeps all of it mapped: what it ever had can be looked at later.
final class MappingHost: Sendable {
    private struct Mapping: Sendable {
        var address: UInt
        var bytes: [UInt8]
    }

    private struct State {
        var mappings: [Mapping] = []
        var running: [UInt8]?
        var config: [UInt8]?
        var loads = 0
        /// Of the library, load by load.
        var inodes: [UInt64] = []
        var complaint: (version: String?, text: String)?
        var refusals: [String: String] = [:]
        var events: [Host.Event] = []
    }

    private let state = Mutex(State())
    private let host = Mutex<Host?>(nil)
    /// Hears of each moment of its work.
    private let moment: @Sendable (String) -> Void

    init(path: String, slot: String = "net/filter", agentUser: UInt32 = geteuid(), moment: @escaping @Sendable (String) -> Void = { _ in })
        throws
    {
        self.moment = moment
        let work = Host.Work(
            load: { [self] in try load($0) },
            unload: { [self] in state.withLock { ($0.running, $0.config) = (nil, nil) } },
            complaint: { [self] in
                moment("the host is asked")
                let (complaint, version) = (state.withLock { $0.complaint }, version)
                return complaint.flatMap { $0.version == nil || $0.version == version ? $0.text : nil }
            })
        let host = try Host(Host.Settings(path: path, slot: slot, agentUser: agentUser), work) { [self] event in
            state.withLock { $0.events.append(event) }
            if event == .connected { moment("the host has connected") }
        }
        self.host.withLock { $0 = host }
    }

    /// The bytes of `libfilter.so` that it runs.
    var running: [UInt8]? { state.withLock { $0.running } }
    var version: String? { running.map { String(decoding: $0, as: UTF8.self).replacing("the code of ", with: "") } }
    var config: String? { state.withLock { $0.config.map { String(decoding: $0, as: UTF8.self) } } }
    var loads: Int { state.withLock { $0.loads } }
    var inodes: [UInt64] { state.withLock { $0.inodes } }
    var events: [Host.Event] { state.withLock { $0.events } }

    /// - Parameter version: as long as it runs this; nil: whatever it runs.
    func complain(_ complaint: String, of version: String? = nil) { state.withLock { $0.complaint = (version, complaint) } }
    func refuse(_ version: String, _ reason: String) { state.withLock { $0.refusals[version] = reason } }

    /// All that it was ever given to map, as it was when it was mapped; nil when anything of it has changed since.
    var everMapped: Set<[UInt8]>? {
        state.withLock { state in
            var all: Set<[UInt8]> = []
            for mapping in state.mappings {
                let now = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: mapping.address), count: mapping.bytes.count)
                guard mapping.bytes.isEmpty || Array(now) == mapping.bytes else { return nil }
                all.insert(mapping.bytes)
            }
            return all
        }
    }

    /// Serves its agent as long as `body` runs.
    func whileServing<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        let host = host.withLock { $0 }!
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await BlockingThread.run { host.run() } }
            defer { host.stop() }
            return try await body()
        }
    }

    private func load(_ module: HostModule) throws {
        moment("the host maps")
        for file in module.files + [module.configuration].compactMap({ $0 }) { try map(file) }
        moment("the host has mapped")
        if let reason = state.withLock({ $0.refusals[module.version] }) { throw HostRefusal(reason) }
        let (running, config) = (try module.file("libfilter.so")?.bytes(), try module.configuration?.bytes())
        var about = stat()
        if let file = module.file("libfilter.so") { fstat(file.descriptor, &about) }
        state.withLock { state in
            state.inodes.append(UInt64(about.st_ino))
            (state.running, state.config) = (running, config)
            state.loads += 1
        }
        moment("the host runs")
    }

    private func map(_ file: HostFile) throws {
        guard file.size > 0 else { return }
        guard let address = mmap(nil, file.size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.descriptor, 0), address != MAP_FAILED else {
            throw HostRefusal("\(file.name) can't be mapped: \(String(cString: strerror(errno)))")
        }
        let bytes = Array(UnsafeRawBufferPointer(start: address, count: file.size))
        state.withLock { $0.mappings.append(Mapping(address: UInt(bitPattern: address), bytes: bytes)) }
    }
}

import HTTPCore
import HTTPTransport
import Synchronization

@testable import OCI

/// Runs the body with a server that does as it is told and a client for a repository of it, over sockets; both end after it.
func withLoopback<Result>(
    _ serve: @escaping @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void, time: ManualTiming = ManualTiming(),
    credential: Credential = .anonymous, configuration: RegistryClient.Configuration = RegistryClient.Configuration(),
    _ body: (LoopbackServer, Repository) async throws -> Result
) async throws -> Result {
    let server = LoopbackServer(serve)
    let transport = HTTPClient(HTTPClient.Configuration(proxy: .none))
    let authority = server.authority
    var configuration = configuration
    configuration.timing = time.timing
    if credential != .anonymous { configuration.credentials = { registry, _ in registry == authority ? credential : .anonymous } }
    let client = RegistryClient(transport: transport, configuration: configuration)
    do {
        let result = try await body(server, client.repository(of: try Reference(parsing: "\(authority)/a/b:1")))
        server.stop()
        await transport.shutdown()
        return result
    } catch {
        server.stop()
        await transport.shutdown()
        throw error
    }
}

/// Something that is counted by several threads.
final class Counter: Sendable {
    private let state = Mutex(0)
    var value: Int { state.withLock { $0 } }

    @discardableResult
    func add(_ count: Int = 1) -> Int {
        state.withLock {
            $0 += count
            return $0
        }
    }
}

/// Looks until the condition holds, for a minute.
func eventually(_ condition: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(2))
    }
    return true
}

/// Kilobytes that the process holds at most since the last call.
enum PeakMemory {
    static func reset() { try? FileSystem.overwrite("/proc/self/clear_refs", "5") }

    static var kilobytes: Int {
        guard let bytes = try? FileSystem.readStream("/proc/self/status") else { return 0 }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}

import Glibc
import HTTPServing
import Harness
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// In a process of its own, which would end with a trap.
@Suite("A server that is ended while clients connect", .serialized, .timeLimit(.minutes(10)))
struct EndedServerTests {
    private static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Runs a server, and ends it in the midst of connections that come as fast as they can.
    private static func round(ending end: (ServiceGroup, _ cancel: () -> Void) async -> Void) async throws {
        let port = Mutex<UInt16>(0)
        let application = Application(
            router: Router(), server: .abandonable, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.withLock { $0 = UInt16(channel.localAddress?.port ?? 0) } }, logger: silent)
        let server = ServiceGroup(services: [application], logger: silent)
        let crowd = Crowd()
        defer { crowd.goHome() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run() }
            let listening = try await eventually("the server listens") { port.withLock { $0 == 0 ? nil : $0 } }
            crowd.come(to: listening)
            try await eventually("clients connect", every: .milliseconds(1)) { crowd.count >= 20 }
            await end(server) { group.cancelAll() }
            try await group.waitForAll()
        }
    }

    private static func leaveNoDead() { while waitpid(-1, nil, WNOHANG) > 0 {} }

    @Test func `by cancellation closes those that nobody has come to serve`() async {
        Self.leaveNoDead()
        await #expect(processExitsWith: .success) {
            for _ in 0..<40 { try await Self.round { _, cancel in cancel() } }
        }
    }

    @Test func `by a graceful shutdown closes those that nobody has come to serve`() async {
        Self.leaveNoDead()
        await #expect(processExitsWith: .success) {
            for _ in 0..<40 { try await Self.round { server, _ in await server.triggerGracefulShutdown() } }
        }
    }
}

/// Clients that connect and go, again and again, each on a thread of its own.
private final class Crowd: Sendable {
    private let state = Mutex((count: 0, isOver: false))

    /// How many connections there were.
    var count: Int { state.withLock { $0.count } }

    func come(to port: UInt16) {
        for _ in 0..<2 {
            var thread = pthread_t()
            let visit = Unmanaged.passRetained(Visit { [self] in while !state.withLock({ $0.isOver }), connectOnce(port) {} })
            pthread_create(
                &thread, nil,
                { context in
                    Unmanaged<Visit>.fromOpaque(context!).takeRetainedValue().body()
                    return nil
                }, visit.toOpaque())
            pthread_detach(thread)
        }
    }

    func goHome() { state.withLock { $0.isOver = true } }

    /// False when nobody listens any more.
    private func connectOnce(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if result == 0 { state.withLock { $0.count += 1 } }
        return result == 0
    }
}

private final class Visit: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

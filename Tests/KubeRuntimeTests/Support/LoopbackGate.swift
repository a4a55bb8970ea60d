import Glibc
import Synchronization

/// A port on the loopback address before another one: what goes through it can be held up or refused, as by a network that fails.
final class LoopbackGate: Sendable {
    enum Way: Sendable {
        case open
        /// Bytes vanish, in both directions; connections stand.
        case silent
        /// New connections are refused at once, those there were are cut.
        case refused
    }

    private struct State {
        var way = Way.open
        /// Both ends of what goes through.
        var connections: Set<Int32> = []
        var isOver = false

        /// Under the lock: a number that is closed could be another connection's by now.
        func cutAll() { for descriptor in connections { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    var port: Int { listener.port }
    private let listener = LoopbackListener()
    private let state = Mutex(State())

    /// - Parameter target: the port that is meant.
    init(to target: Int) { listener.run { [self] in take($0, target) } }

    func set(_ way: Way) {
        state.withLock { state in
            // What was held up is lost with its connection, as when a server comes back.
            if way == .refused || state.way == .silent { state.cutAll() }
            state.way = way
        }
    }

    func stop() {
        state.withLock { state in
            state.isOver = true
            state.cutAll()
        }
        listener.stop()
    }

    private func take(_ client: Int32, _ target: Int) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = LoopbackListener.address(port: target)
        let isThrough =
            state.withLock { $0.way != .refused && !$0.isOver }
            && withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
            }
        guard isThrough else {
            // A reset, as from a port where nobody listens.
            var lingering = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
            close(client)
            close(server)
            return
        }
        state.withLock { $0.connections.formUnion([client, server]) }
        let isHalfOver = Once()
        for (from, to) in [(client, server), (server, client)] {
            onThread { [self] in
                pump(from, to)
                state.withLock { state in
                    for descriptor in [client, server] { shutdown(descriptor, Int32(SHUT_RDWR)) }
                    guard !isHalfOver.isFirst() else { return }
                    state.connections.subtract([client, server])
                    for descriptor in [client, server] { close(descriptor) }
                }
            }
        }
    }

    private func pump(_ from: Int32, _ to: Int32) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = recv(from, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return }
            // Bytes that come while all is silent are dropped; their connection is cut when that is over.
            if state.withLock({ $0.way == .silent }) { continue }
            var sent = 0
            while sent < count {
                let part = Glibc.send(to, buffer.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                guard part > 0 else { return }
                sent += part
            }
        }
    }
}

private final class Once: Sendable {
    private let isDone = Mutex(false)
    /// True for who asks first.
    func isFirst() -> Bool {
        isDone.withLock { isDone in
            defer { isDone = true }
            return !isDone
        }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Runs a body that blocks on a thread of its own.
func onThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Work(body)).toOpaque())
    pthread_detach(thread)
}

internal import Glibc
internal import Synchronization

/// Stands between a client and a real server, and breaks connections: the first ones after so many bytes, later ones not at all.
package final class BreakingRelay: Sendable {
    /// Bytes of one connection in each direction after which it is broken.
    package struct Limits: Sendable {
        var up: Int
        var down: Int

        package init(up: Int = .max, down: Int = .max) { (self.up, self.down) = (up, down) }
    }

    package let port: Int
    private let listener: Int32
    private let state: Mutex<State>

    private struct State {
        var limits: [Limits]
        var broken = 0
        var open: Set<Int32> = []
        var isStopped = false
    }

    /// - Parameter limits: of connections that pass at least one of them, in turn; smaller ones don't count.
    package init(to port: Int, _ limits: [Limits]) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.port = Self.bindLoopback(listener)
        state = Mutex(State(limits: limits))
        listen(listener, 64)
        thread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    close(listener)
                    return
                }
                let server = Self.connect(to: port)
                let passed = Passed()
                state.withLock { _ = ($0.open.insert(client), $0.open.insert(server)) }
                for (from, to, isUp) in [(client, server, true), (server, client, false)] {
                    thread { [self] in
                        relay(from, to, isUp, passed)
                        shutdown(client, Int32(SHUT_RDWR))
                        shutdown(server, Int32(SHUT_RDWR))
                        // The second one of both is the last to use them.
                        guard passed.isSecondToEnd() else { return }
                        state.withLock { _ = ($0.open.remove(client), $0.open.remove(server)) }
                        close(client)
                        close(server)
                    }
                }
            }
        }
    }

    package var authority: String { "127.0.0.1:\(port)" }
    /// Connections broken so far.
    package var broken: Int { state.withLock { $0.broken } }

    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.withLock({ $0.open }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private final class Passed: Sendable {
        let bytes = Mutex((up: 0, down: 0))
        private let ended = Mutex(0)

        func isSecondToEnd() -> Bool {
            ended.withLock { ended in
                ended += 1
                return ended == 2
            }
        }
    }

    private func relay(_ from: Int32, _ to: Int32, _ isUp: Bool, _ passed: Passed) {
        var part = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(from, &part, part.count, 0)
            guard count > 0 else { return }
            let total = passed.bytes.withLock { bytes in
                if isUp { bytes.up += count } else { bytes.down += count }
                return isUp ? bytes.up : bytes.down
            }
            let isOver = state.withLock { state in
                guard let limit = state.limits.first, total > (isUp ? limit.up : limit.down) else { return false }
                state.limits.removeFirst()
                state.broken += 1
                return true
            }
            if isOver { return }
            var rest = part[..<count]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes { send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard sent > 0 else { return }
                rest = rest.dropFirst(sent)
            }
        }
    }

    private static func bindLoopback(_ descriptor: Int32) -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &size)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func connect(to port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func thread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Work(body)).toOpaque())
    pthread_detach(thread)
}

import Glibc

/// Serves connections on a thread of its own, with `poll`: few and short ones, so that a server's machinery is not worth its size.
///
/// What a connection costs is bounded in bytes and time, and there are never more than `limit`: the next one takes the place of the
/// one that has had the longest time to send its request. Nobody can keep others out by holding connections open.
final class ProbeLoop: Sendable {
    /// Connections at once.
    static let limit = 16

    private let listener: Int32
    /// Two ends of one socket: what is written to the second wakes whoever polls the first.
    private let wake: (polled: Int32, written: Int32)
    private let limits: ProbeConnection.Limits
    private let answer: @Sendable (ProbeRequest) -> ProbeAnswer

    /// - Parameter listener: not owned; must stay open until `run` has returned.
    init(
        listener: Int32, limits: ProbeConnection.Limits = .init(), answer: @escaping @Sendable (ProbeRequest) -> ProbeAnswer
    ) throws(ListeningFailure) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ListeningFailure("no socket can be had: \(String(cString: strerror(errno)))")
        }
        wake = (ends[0], ends[1])
        self.listener = listener
        self.limits = limits
        self.answer = answer
    }

    deinit {
        close(wake.polled)
        close(wake.written)
    }

    /// Ends `run`, now or when it is called. From any thread.
    func stop() { _ = send(wake.written, [1], 1, Int32(MSG_NOSIGNAL)) }

    private struct Client {
        var descriptor: Int32
        var connection: ProbeConnection
        var born: Duration
    }

    /// Serves until it is stopped; blocks its thread.
    func run() {
        var clients: [Client] = []
        defer { for client in clients { close(client.descriptor) } }
        // When no descriptor could be had, the next try waits for a second.
        var acceptsFrom = Duration.zero
        while true {
            let now = TelemetryTime.system.now()
            let accepts = now >= acceptsFrom
            var polled = [
                pollfd(fd: wake.polled, events: Int16(POLLIN), revents: 0),
                pollfd(fd: accepts ? listener : -1, events: Int16(POLLIN), revents: 0),
            ]
            for client in clients {
                polled.append(
                    pollfd(fd: client.descriptor, events: Int16(client.connection.state == .writing ? POLLOUT : POLLIN), revents: 0))
            }
            let next = (clients.map(\.connection.deadline) + (accepts ? [] : [acceptsFrom])).min()
            let count = poll(&polled, nfds_t(polled.count), Self.milliseconds(until: next, now))
            guard count >= 0 || errno == EINTR else { return }
            if count > 0, polled[0].revents != 0 { return }
            for (index, entry) in polled.dropFirst(2).enumerated() where count > 0 && entry.revents != 0 { serve(&clients[index]) }
            let then = TelemetryTime.system.now()
            for index in clients.indices {
                clients[index].connection.passed(now: then, seconds: Int(TelemetryTime.system.wall() / 1_000_000_000))
            }
            clients.removeAll { client in
                guard client.connection.state == .over else { return false }
                close(client.descriptor)
                return true
            }
            if count > 0, polled[1].revents != 0, !accept(&clients, then) { acceptsFrom = then + .seconds(1) }
        }
    }

    /// - Returns: false when the process or the system has no descriptors left.
    private func accept(_ clients: inout [Client], _ now: Duration) -> Bool {
        // Bounded: others want to be served as well.
        for _ in 0..<Self.limit {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return ![EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            if clients.count >= Self.limit {
                // Whoever is being answered keeps its place as long as somebody else has one to give.
                let oldest =
                    clients.indices.filter { clients[$0].connection.state != .writing }.min { clients[$0].born < clients[$1].born }
                    ?? clients.indices.min { clients[$0].born < clients[$1].born } ?? 0
                close(clients.remove(at: oldest).descriptor)
            }
            clients.append(Client(descriptor: descriptor, connection: ProbeConnection(now: now, limits: limits), born: now))
        }
        return true
    }

    private func serve(_ client: inout Client) {
        if client.connection.state != .writing {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(client.descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                client.connection.received(
                    buffer[..<count], now: TelemetryTime.system.now, seconds: Int(TelemetryTime.system.wall() / 1_000_000_000),
                    answer: answer)
            } else if count == 0 {
                client.connection.ended()
            } else if errno != EAGAIN, errno != EINTR {
                client.connection.failed()
            }
        }
        guard client.connection.state == .writing else { return }
        let count = client.connection.pending.withUnsafeBytes {
            send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 {
            client.connection.sent(count, now: TelemetryTime.system.now())
            if client.connection.state == .lingering { shutdown(client.descriptor, Int32(SHUT_WR)) }
        } else if errno != EAGAIN, errno != EINTR {
            client.connection.failed()
        }
    }

    private static func milliseconds(until deadline: Duration?, _ now: Duration) -> Int32 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = max(deadline - now, .zero).components
        // Rounded up: waking before the deadline would be for nothing.
        return Int32(min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}

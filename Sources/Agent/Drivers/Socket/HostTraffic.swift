import Glibc
import HostProtocol

/// The sockets of a slot's hosts, and what is on its way to them.
struct HostTraffic: Sendable {
    var hosts: HostConnections
    var listener: ListeningSocket?
    var isStopping = false
    private var lines: [HostConnections.ID: Line] = [:]

    init(hosts: HostConnections) { self.hosts = hosts }

    /// One connection.
    private struct Line: Sendable {
        let socket: PacketSocket
        var outgoing: [(packet: [UInt8], descriptor: Descriptor?)] = []
        /// Closed as soon as what was said is sent, and the other end has heard it: a connection that is closed with something unread takes with it what
        /// the other end has not read.
        var isEnding = false
        var lingersUntil: Duration?
        var isOver = false

        static let linger = Duration.seconds(1)

        mutating func send(_ message: AgentMessage, with descriptor: Descriptor? = nil) { outgoing.append((message.packet, descriptor)) }

        mutating func flush(_ now: Duration) {
            var sent = 0
            defer {
                outgoing.removeFirst(sent)
                if isEnding, !isOver { finish(now) }
            }
            for (packet, descriptor) in outgoing {
                switch socket.send(packet, with: descriptor) {
                case .sent: sent += 1
                case .full: return
                case .closed: return isOver = true
                }
            }
        }

        private mutating func finish(_ now: Duration) {
            if lingersUntil == nil { lingersUntil = now + Self.linger }
            if outgoing.isEmpty { socket.endSending() }
            for _ in 0..<64 {
                switch socket.receive(takingDescriptors: false) {
                case .packet, .violation: continue
                case .nothing: return isOver = now >= lingersUntil!
                case .closed: return isOver = true
                }
            }
        }
    }

    mutating func take(_ effects: [HostConnections.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let id, let message): lines[id]?.send(message)
            case .load(let id, let request, let module, let isBack):
                let load = AgentMessage.Load(module: module.identity, files: module.files.count, isBack: isBack)
                lines[id]?.send(.load(id: request, load))
                for file in module.files { lines[id]?.send(.file(id: request, file.about), with: file.memory.descriptor) }
            case .close(let id): lines[id]?.isEnding = true
            }
        }
    }

    /// The next moment at which something is due.
    var deadline: Duration? { (lines.values.map(\.lingersUntil) + [hosts.nextDeadline]).compactMap { $0 }.min() }

    /// What is to be waited for.
    func polled(accepts: Bool) -> [pollfd] {
        let listening = accepts ? listener.map { [pollfd(fd: $0.descriptor.number, events: Int16(POLLIN), revents: 0)] } : nil
        return (listening ?? [])
            + lines.values.map {
                pollfd(fd: $0.socket.descriptor.number, events: Int16($0.outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)
            }
    }

    struct Turn: Sendable {
        var isOver = false
        /// Users that have connected and are not the host's.
        var strangers: [UInt32] = []
        /// Nobody else can be taken in for now.
        var lacksDescriptors = false
    }

    /// Takes in whoever comes and whatever was said, and says what is to be said. Waits for nothing.
    mutating func turn(user: UInt32, accepts: Bool, now: Duration) -> Turn {
        var turn = Turn()
        if isStopping {
            end()
            turn.isOver = true
            return turn
        }
        if accepts, let listener { accept(at: listener, user, now, &turn) }
        for id in lines.keys.sorted() { receive(id, now) }
        take(hosts.passed(to: now))
        for id in lines.keys.sorted() {
            lines[id]!.flush(now)
            guard lines[id]!.isOver else { continue }
            lines[id] = nil
            hosts.closed(id)
        }
        return turn
    }

    private mutating func accept(at listener: ListeningSocket, _ user: UInt32, _ now: Duration, _ turn: inout Turn) {
        // Bounded: others want to be served as well.
        // Nor is anybody taken in while many linger.
        for _ in 0..<64 where lines.count < 64 {
            switch listener.accept() {
            case .nobody: return
            case .lacksDescriptors: return turn.lacksDescriptors = true
            case .connection(let socket):
                let peer = socket.peerUser
                guard peer == user else {
                    if turn.strangers.count < 4 { turn.strangers.append(peer) }
                    continue
                }
                let (id, effects) = hosts.opened(now: now)
                lines[id] = Line(socket: socket)
                take(effects)
            }
        }
    }

    private mutating func receive(_ id: HostConnections.ID, _ now: Duration) {
        for _ in 0..<64 {
            guard let line = lines[id], !line.isEnding, !line.isOver else { return }
            switch line.socket.receive(takingDescriptors: false) {
            case .nothing: return
            case .closed: lines[id]!.isOver = true
            case .violation(let violation): take(hosts.violated(violation, by: id))
            case .packet(let packet, _): take(hosts.received(packet, from: id, now: now))
            }
        }
    }

    /// Says goodbye. What hosts were asked stays open: whoever waits for it ends with the agent, and takes it up at its next start.
    private mutating func end() {
        for id in lines.keys {
            lines[id]!.send(.goodbye(.ending, message: "the agent ends; it will be back"))
            lines[id]!.flush(.zero)
        }
        lines = [:]
        listener = nil
    }
}

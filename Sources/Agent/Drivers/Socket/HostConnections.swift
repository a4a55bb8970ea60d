import HostProtocol

/// All connections of a slot's hosts: brings each of them to what the host is to run, one request at a time, and notes what they say. No sockets and
/// no clock in here; what is to be sent and closed is returned.
struct HostConnections: Sendable {
    struct Limits: Sendable, Hashable {
        var connections = 16
        /// From the connection to hello.
        var hello = Duration.seconds(5)
        var load = Duration.seconds(10)
        var probe = Duration.seconds(2)
    }

    typealias ID = Int

    enum Effect: Sendable {
        case send(ID, AgentMessage)
        /// A module, with all its files.
        case load(ID, request: Int, SealedModule, isBack: Bool)
        /// After what was said before.
        case close(ID)
    }

    /// What hosts are to run, since when it counts.
    struct Wish: Sendable {
        var generation = 0
        /// Nil: nothing.
        var module: SealedModule?
        var isBack = false
        /// Hosts that were there when it was made load it anew.
        var isAnew = false
    }

    /// How a host's connection or its answer failed.
    enum Failure: Sendable, Hashable {
        case refused(String)
        case late(String)
        case violation(String)
        case closed

        var message: String {
            switch self {
            case .refused(let message): message.isEmpty ? "it says no more" : excerpt(Array(message.utf8))
            case .late(let what): what
            case .violation(let what): "it does not keep to the host protocol: \(what)"
            case .closed: "it closed the connection"
            }
        }
    }

    struct Connection: Sendable {
        enum Request: Sendable, Hashable { case load(generation: Int, ModuleIdentity), unload(generation: Int), probe(round: Int) }
        struct Pending: Sendable, Hashable {
            var id: Int
            var request: Request
            var deadline: Duration
        }

        var helloDeadline: Duration?
        /// Nil before hello.
        var process: String?
        var running: ModuleIdentity?
        var pending: Pending?
        /// The wish that it was told of last.
        var generation = 0
        var wantedRound: Int?
    }

    /// What came of a wish at a host.
    enum Outcome: Sendable, Hashable {
        case waiting
        case done
        case failed(Failure)
    }

    /// What a host said of itself.
    enum Answer: Sendable, Hashable {
        case waiting
        case health(HostMessage.Health, process: String)
        case failed(Failure)
    }

    let slot: String
    let limits: Limits
    /// Nil while nobody knows.
    var wish: Wish?
    var connections: [ID: Connection] = [:]
    /// Of the hosts that were there when the wish was made.
    var outcomes: [ID: Outcome] = [:]
    /// Of the hosts that were there when they were last asked.
    var answers: [ID: Answer] = [:]
    var round = 0
    private var lastConnection = 0
    private var lastRequest = 0

    init(slot: String, limits: Limits = Limits()) {
        self.slot = slot
        self.limits = limits
    }

    /// Hosts that have said hello.
    var greeted: [ID] { connections.filter { $0.value.process != nil }.keys.sorted() }

    /// Whether a host says that it runs this.
    func isRunning(_ module: ModuleIdentity) -> Bool { connections.values.contains { $0.process != nil && $0.running == module } }

    /// The next moment at which something is late.
    var nextDeadline: Duration? {
        connections.values.compactMap { connection in
            [connection.helloDeadline, connection.pending?.deadline].compactMap { $0 }.min()
        }.min()
    }

    mutating func connectionID() -> ID {
        lastConnection += 1
        return lastConnection
    }

    mutating func requestID() -> Int {
        lastRequest = lastRequest % Int(Int32.max) + 1
        return lastRequest
    }
}

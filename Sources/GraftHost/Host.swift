import Glibc
import HostProtocol
import Synchronization

/// A slot of a host process, as its agent sees it: connects to the agent, takes modules from it, and answers for them.
///
/// `run` blocks and belongs on a thread of its own; all closures are called there, one after the other. While there is no agent, what runs goes on
/// running, and the agent is looked for again and again. The protocol is described in docs/host-protocol.md.
public final class Host: Sendable {
    /// Where the agent is, and who it may be.
    public struct Settings: Sendable {
        /// The socket that the agent listens at.
        public var path: String
        /// The slot that this connection is for.
        public var slot: String
        /// The agent's user: whoever else listens there is not listened to.
        public var agentUser: UInt32
        /// Bytes of all files of a module together.
        public var largestModule = 1 << 30

        /// Settings with the limits that suit most hosts.
        public init(path: String, slot: String, agentUser: UInt32) {
            self.path = path
            self.slot = slot
            self.agentUser = agentUser
        }
    }

    /// What a host does with modules.
    public struct Work: Sendable {
        /// Runs a module in place of what runs. Throwing refuses it: then what ran before must go on running.
        public var load: @Sendable (HostModule) throws -> Void
        /// Runs nothing.
        public var unload: @Sendable () throws -> Void
        /// What is wrong with what runs, in a sentence; nil when it works.
        public var complaint: @Sendable () -> String?

        /// Work of these three parts.
        public init(
            load: @escaping @Sendable (HostModule) throws -> Void, unload: @escaping @Sendable () throws -> Void,
            complaint: @escaping @Sendable () -> String? = { nil }
        ) {
            self.load = load
            self.unload = unload
            self.complaint = complaint
        }
    }

    /// Something to log.
    public enum Event: Sendable, Hashable {
        /// The agent is there.
        case connected
        /// There is no agent, or not the right one; why. Told again when that changes.
        case alone(String)
        /// A module runs.
        case loaded(version: String)
        /// A module does not run; why.
        case refused(version: String, String)
        /// Nothing runs.
        case unloaded
    }

    let settings: Settings
    let work: Work
    let tell: @Sendable (Event) -> Void
    let process: String
    let stopping: StopSignal
    private let running = Mutex<ModuleIdentity?>(nil)

    /// - Parameter tell: hears of what happens, on the thread of `run`.
    /// - Throws: `HostRefusal` when the system has no descriptors left.
    public init(_ settings: Settings, _ work: Work, tell: @escaping @Sendable (Event) -> Void = { _ in }) throws {
        self.settings = settings
        self.work = work
        self.tell = tell
        process = "\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 16))"
        stopping = try StopSignal()
    }

    /// The version of what was loaded last and runs; nil when nothing does.
    public var version: String? { running.withLock { $0?.version } }

    /// Has `run` return soon. May be called from anywhere.
    public func stop() { stopping.stop() }

    /// Serves the agent until it is stopped. Once.
    public func run() {
        // An agent waits five seconds for its hosts.
        let (shortest, longest): (Int32, Int32) = (20, 1000)
        var pause = shortest
        var complaint: String?
        while !stopping.isStopped {
            let reason: String
            do {
                reason = try serve(try connect()) {
                    (pause, complaint) = (shortest, nil)
                    tell(.connected)
                }
            } catch {
                reason = "\(error)"
            }
            if stopping.isStopped { return }
            if complaint != reason { tell(.alone(reason)) }
            complaint = reason
            stopping.wait(milliseconds: pause)
            pause = min(pause * 2, longest)
        }
    }

    private func connect() throws -> PacketSocket {
        let socket = try PacketSocket.connect(to: settings.path)
        let user = socket.peerUser
        guard user == settings.agentUser else {
            throw HostRefusal("\(settings.path) is listened at by user \(user), not by the agent's, \(settings.agentUser)")
        }
        return socket
    }

    var loaded: ModuleIdentity? { running.withLock { $0 } }
    func runs(_ module: ModuleIdentity?) { running.withLock { $0 = module } }
}

import Glibc
import HostProtocol
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization

/// Listens for a slot's hosts at a socket, and carries what `HostConnections` decides to them, on one thread.
///
/// The thread alone speaks to hosts. Whoever wants something of them changes the connections under the lock and wakes it.
final class HostServer: Service {
    private let settings: SocketSettings
    private let disk: Disk
    private let logger: Logger
    private let surroundings: Surroundings
    private let state: Mutex<HostTraffic>
    private let alarm: Alarm
    /// Hears of everything that happens to connections.
    let changed = Wake()

    /// - Throws: `FileError` when the system has no descriptors left.
    init(slot: String, settings: SocketSettings, disk: Disk, logger: Logger, surroundings: Surroundings) throws {
        self.settings = settings
        self.disk = disk
        self.logger = logger
        self.surroundings = surroundings
        alarm = try Alarm()
        var limits = HostConnections.Limits()
        (limits.load, limits.probe) = (settings.loadTimeout, settings.probeTimeout)
        state = Mutex(HostTraffic(hosts: HostConnections(slot: slot, limits: limits)))
    }

    /// Looks at the hosts, or has them do something.
    func withHosts<Result: Sendable>(
        _ body: (inout HostConnections, _ now: Duration) -> (Result, [HostConnections.Effect])
    ) -> Result {
        let now = surroundings.now()
        let (result, isBusy) = state.withLock { state in
            let (result, effects) = body(&state.hosts, now)
            state.take(effects)
            return (result, !effects.isEmpty)
        }
        if isBusy { alarm.ring() }
        return result
    }

    func look<Result: Sendable>(_ body: (HostConnections) -> Result) -> Result { withHosts { hosts, _ in (body(hosts), []) } }

    /// What is not right with the way on which hosts come; nil when nothing is.
    var objection: String? { state.withLock { $0.listener?.objection } }

    /// Listens anew when somebody has changed the way on which hosts come.
    /// - Returns: what was not right.
    func mend() -> String? {
        guard let objection else { return nil }
        state.withLock { $0.listener = nil }
        alarm.ring()
        return objection
    }

    /// Serves hosts until it is cancelled. They go on with what they have.
    func run() async throws {
        try await withTaskCancellationHandler {
            try await BlockingThread.run { self.serve() }
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        state.withLock { $0.isStopping = true }
        alarm.ring()
    }

    /// Until it is stopped; blocks its thread.
    private func serve() {
        // When it can't listen or accept, it tries again after a while.
        var (pause, pausesUntil, hasComplained) = (Duration.milliseconds(100), Duration.zero, false)
        while true {
            if surroundings.now() >= pausesUntil {
                do {
                    try listen()
                    (pause, hasComplained) = (.milliseconds(100), false)
                } catch {
                    if !hasComplained { logger.error("no socket for hosts; will try again", metadata: ["error": "\(error)"]) }
                    hasComplained = true
                    pausesUntil = surroundings.now() + pause
                    pause = min(pause * 2, .seconds(10))
                }
            }
            wait(pausesUntil)
            let now = surroundings.now()
            let turn = state.withLock { $0.turn(user: settings.user, accepts: now >= pausesUntil, now: now) }
            changed.wake()
            if turn.isOver { return }
            if turn.lacksDescriptors { pausesUntil = now + .milliseconds(500) }
            for stranger in turn.strangers {
                logger.warning(
                    "somebody else than a host has connected", metadata: ["user": "\(stranger)", "wanted": "\(settings.user)"])
            }
        }
    }

    private func listen() throws {
        guard state.withLock({ $0.listener == nil && !$0.isStopping }) else { return }
        let listener = try ListeningSocket(settings.path, isForOthers: settings.user != geteuid(), disk)
        state.withLock { $0.listener = listener }
    }

    /// Until something comes, is late, or is wanted.
    private func wait(_ pausesUntil: Duration) {
        let now = surroundings.now()
        let isPausing = pausesUntil > now
        var (polled, deadline) = state.withLock { ($0.polled(accepts: !isPausing), $0.deadline) }
        polled.append(pollfd(fd: alarm.polled, events: Int16(POLLIN), revents: 0))
        if isPausing { deadline = min(deadline ?? pausesUntil, pausesUntil) }
        // A clock that isn't the system's is looked at now and then.
        let (seconds, attoseconds) = max(deadline.map { $0 - now } ?? .seconds(60), .zero).components
        poll(&polled, nfds_t(polled.count), Int32(min(seconds, 60) * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
        alarm.hear()
    }
}

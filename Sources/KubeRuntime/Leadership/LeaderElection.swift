import JSON
public import KubeClient
import KubeCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// We led, and lead no more: another may lead already. End the process.
public struct LeadershipLost: Error, Sendable, Hashable, CustomStringConvertible {
    /// How it was lost.
    public var message: String
    /// Made of its message.
    public init(_ message: String) { self.message = message }
    public var description: String { "leadership lost: \(message)" }
}

/// Runs a body while we hold a Lease, so that of several replicas one works.
///
/// - No two lead at once, whatever the system's clocks say: a leader stops when its last good renewal is `renewDeadline` old, others take
///   over when they have not seen the lease change for `leaseDuration`, both by the monotonic clock.
/// - After a leader has vanished another leads within `leaseDuration` and one `retryPeriod`; after one that gave up, within a `retryPeriod`.
/// - Lost leadership cancels the body and throws `LeadershipLost`. When the body returns by itself, which it does at a graceful shutdown,
///   the lease is given up, and the next replica need not wait for it to run out.
/// - What the body writes with a client that is `fenced(by: fence)` is not sent once we do not lead for certain.
public final class LeaderElection: Service {
    /// How long a lease lasts, and how soon a leader that can't renew it stops.
    public struct Timing: Sendable, Hashable {
        /// After which others may take an unrenewed lease. Whole seconds.
        public var leaseDuration: Duration
        /// After which a leader that can't renew stops; shorter than the duration.
        public var renewDeadline: Duration
        /// Between tries.
        public var retryPeriod: Duration

        /// Made of its members.
        public init(leaseDuration: Duration, renewDeadline: Duration, retryPeriod: Duration) {
            self.leaseDuration = leaseDuration
            self.renewDeadline = renewDeadline
            self.retryPeriod = retryPeriod
        }

        /// 15 s, 10 s and 2 s, as Kubernetes' own controllers have them.
        public static let standard = Timing(leaseDuration: .seconds(15), renewDeadline: .seconds(10), retryPeriod: .seconds(2))
    }

    /// Open while we lead for certain.
    public let fence: WriteFence
    private let api: Api<Lease>
    private let name: String
    private let machine: Mutex<LeaderElectionStateMachine>
    private let timing: Timing
    private let logger: Logger
    private let surroundings: Surroundings
    private let whileLeading: @Sendable () async throws -> Void
    private let status: LeadershipStatus

    /// - Parameters:
    ///   - identity: unlike any other candidate's, also that of this process's predecessor.
    ///   - client: not fenced: it takes the lease.
    ///   - fence: what the work's writes pass; nil makes one of its own.
    ///   - whileLeading: the work. Should return at a graceful shutdown, as controllers do.
    public init(
        client: Client, namespace: String, name: String, identity: String, timing: Timing = .standard, fence: WriteFence? = nil,
        logger: Logger, surroundings: Surroundings = .system, whileLeading: @escaping @Sendable () async throws -> Void
    ) {
        self.fence = fence ?? WriteFence(surroundings: surroundings)
        api = Api(client, namespace: namespace)
        self.name = name
        machine = Mutex(LeaderElectionStateMachine(identity: identity, timing: timing))
        self.timing = timing
        var logger = logger
        logger[metadataKey: "lease"] = "\(namespace)/\(name)"
        self.logger = logger
        self.surroundings = surroundings
        self.whileLeading = whileLeading
        status = LeadershipStatus(lease: name)
    }

    /// Whether we lead for certain, at this very moment.
    public var isLeading: Bool {
        let now = surroundings.now()
        return machine.withLock { $0.isLeading(at: now) }
    }
    /// Who holds the lease, as far as we know.
    public var holder: String? { machine.withLock { $0.holder } }

    public func run() async throws {
        // A candidate that is told to stop stops; a leader first lets its work come to an end.
        let wasElected: Void? = try await untilGracefulShutdown { while !self.isElected { try await self.step() } }
        guard wasElected != nil else { return await release() }  // elected at the very last moment
        logger.info("leading")
        status.set(true)
        defer { status.set(false) }
        do {
            try await firstOf({ try await self.whileLeading() }, { while true { try await self.step() } })
        } catch {
            if !(error is LeadershipLost), !Task.isCancelled { await release() }
            fence.close("the term is over")
            throw error
        }
        await release()
    }

    private var isElected: Bool { machine.withLock { $0.isLeading } }

    private func step() async throws {
        let action = machine.withLock {
            $0.next(now: surroundings.now(), wallTime: surroundings.wallTime(), random: surroundings.random())
        }
        switch action {
        case .pause(let duration): try await surroundings.sleep(duration)
        case .lost(let reason):
            fence.close(reason)
            logger.error("leadership lost", metadata: ["reason": "\(reason)"])
            throw LeadershipLost(reason)
        case .read:
            try await attempt {
                let lease = try await self.api.getIfPresent(self.name)
                self.machine.withLock { $0.read(lease, now: self.surroundings.now()) }
            }
        case .create(let spec):
            try await write { try await self.api.create(["metadata": ["name": .string(self.name)], "spec": spec.json]) }
        case .update(let spec, let preconditions):
            try await write { try await self.api.mergePatch(self.name, ["spec": spec.json], preconditions: preconditions) }
        }
    }

    private func write(_ request: @escaping @Sendable () async throws -> Lease) async throws {
        let sentAt = surroundings.now()
        try await attempt {
            let lease = try await request()
            let end = self.machine.withLock {
                $0.wrote(lease, sentAt: sentAt, now: self.surroundings.now())
                return $0.mustRenewBefore
            }
            if let end { self.fence.open(until: end) }
        }
    }

    /// Sends a request, but waits for it no longer than leadership lasts, nor so long that there is no time for another: the connection
    /// it went out on may be dead.
    private func attempt(_ request: @escaping @Sendable () async throws -> Void) async throws {
        let surroundings = surroundings
        let sentAt = surroundings.now()
        let left = machine.withLock { $0.mustRenewBefore }.map { max(.zero, $0 - sentAt) } ?? timing.renewDeadline
        let limit = min(left, timing.renewDeadline / 2)
        do {
            try await firstOf(
                request,
                {
                    try await surroundings.sleep(limit)
                    throw KubeError(.timeout, status: 504, message: "no answer within \(limit)")
                })
        } catch {
            try Task.checkCancellation()
            if let error = error as? KubeError, [.conflict, .alreadyExists, .notFound].contains(error.code) {
                machine.withLock { $0.conflicted() }
            } else {
                let took = surroundings.now() - sentAt
                machine.withLock { $0.failed(random: surroundings.random(), took: took) }
                logger.warning("the lease can't be reached; will try again", metadata: ["error": "\(error)"])
            }
        }
    }

    private func release() async {
        // Nothing is written after another may lead.
        fence.close("the lease is given up")
        guard let (spec, preconditions) = machine.withLock({ $0.release(wallTime: self.surroundings.wallTime()) }) else { return }
        let (api, name, surroundings, limit) = (api, name, surroundings, timing.retryPeriod)
        do {
            try await firstOf(
                { _ = try await api.mergePatch(name, ["spec": spec.json], preconditions: preconditions) },
                { try await surroundings.sleep(limit) })
            logger.info("lease given up")
        } catch {
            logger.warning("the lease could not be given up; it runs out by itself", metadata: ["error": "\(error)"])
        }
    }
}

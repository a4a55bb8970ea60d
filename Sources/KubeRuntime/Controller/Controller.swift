public import Logging
public import ServiceLifecycle

/// Brings objects where they should be: for each key that its triggers name, it calls `reconcile`, again and again.
///
/// - Nothing is reconciled before all triggers' stores are synced.
/// - A key is never reconciled twice at the same time; at most `workers` are reconciled at once.
/// - A reconcile is cancelled when its deadline passes, when the generation it works on is no longer the newest or its object
///   is gone (if `generation` is given), and when the controller is cancelled. Only the first counts as a failure.
/// - With a shard, only keys of slots that are ours are reconciled, and no slot is given away while a reconcile of one of its keys runs.
/// - A graceful shutdown lets reconciles that run come to their end and starts no others; cancellation (lost leadership) cancels them.
public final class Controller<Key: Hashable & Sendable>: Service {
    private enum Outcome: Sendable {
        case next(Next)
        case superseded
    }

    let queue: WorkQueue<Key>
    private let triggers: [Trigger<Key>]
    private let workers: Int
    private let deadline: Duration
    private let errors: ErrorPolicy
    private let generation: (@Sendable (Key) -> Int64?)?
    private let shard: Shard<Key>?
    private let reconcile: @Sendable (Key) async throws -> Next
    private let running = RunningReconciles<Key>()
    private let name: String
    private let metrics: ControllerMetrics?
    private let logger: Logger
    private let surroundings: Surroundings

    /// - Parameters:
    ///   - generation: of a key's object as the store has it now; nil when it is gone. Read when a reconcile starts and at each change.
    ///   - shard: what of the keys is ours; nil: all.
    ///   - reconcile: gathers, decides and applies, and says when it is due again.
    public init(
        _ name: String, triggers: [Trigger<Key>], workers: Int = 4, deadline: Duration = .seconds(60), errors: ErrorPolicy = .standard,
        backoff: Backoff = .reconcile, generation: (@Sendable (Key) -> Int64?)? = nil, shard: Shard<Key>? = nil,
        logger: Logger, surroundings: Surroundings = .system, reconcile: @escaping @Sendable (Key) async throws -> Next
    ) {
        self.name = name
        metrics = ControllerMetrics(name: name, workers: workers)
        self.triggers = triggers
        self.workers = workers
        self.deadline = deadline
        self.errors = errors
        self.generation = generation
        self.shard = shard
        self.reconcile = reconcile
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
        self.surroundings = surroundings
        queue = WorkQueue(name: name, backoff: backoff, surroundings: surroundings)
    }

    /// Asks for a reconcile, whatever the triggers say.
    public func enqueue(_ key: Key, after delay: Duration = .zero) { queue.add(key, after: delay) }

    /// Keys that wait, those with a delay included.
    public var waiting: Int { queue.count }

    /// Whether no reconcile runs and no key is ready for one.
    public var isIdle: Bool { queue.isIdle }

    public func run() async throws {
        let slots = shard?.member.subscribe { change in self.gained(change.gained) }
        defer { slots?.cancel() }
        let subscriptions = triggers.map { trigger in
            trigger.subscribe { key, priority in self.changed(key, priority) }
        }
        defer { for subscription in subscriptions { subscription.cancel() } }
        let isSynced: Void? = try await untilGracefulShutdown { for trigger in self.triggers { try await trigger.waitUntilSynced() } }
        guard isSynced != nil else { return }
        logger.debug("started", metadata: ["workers": "\(workers)", "waiting": "\(queue.count)"])
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.queue.run() }
                group.addTask { try await self.queue.runMetrics() }
                group.addTask { try await self.workWithinDeadlines() }
                while try await group.next() != nil {}  // `waitForAll` would not cancel the others when one fails
            }
        } onGracefulShutdown: {
            self.queue.shutDown()
        }
    }

    /// What happened in slots before they were ours was left to their owner: all of it is looked at.
    private func gained(_ slots: Set<Int>) {
        guard let shard, !slots.isEmpty else { return }
        for trigger in triggers {
            trigger.replay { key in if slots.contains(shard.slot(of: key)) { queue.add(key, priority: .low) } }
        }
    }

    private func changed(_ key: Key, _ priority: WorkPriority) {
        guard shard?.owns(key) ?? true else { return }
        queue.add(key, priority: priority)
        if let generation, running.contains(key) { running.supersede(key, generation: generation(key)) }
    }

    /// Runs the workers, and as long as one of them is left the clock that looks after their deadlines.
    private func workWithinDeadlines() async throws {
        // Whether it was a worker that ended.
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.running.watch(self.surroundings)
                return false
            }
            for _ in 0..<workers {
                group.addTask {
                    try await self.work()
                    return true
                }
            }
            defer { group.cancelAll() }
            var left = workers
            while left > 0, let isWorker = try await group.next() { left -= isWorker ? 1 : 0 }
        }
    }

    private func work() async throws {
        while let key = await queue.next() {
            defer { queue.done(key) }
            guard shard?.begin(key) ?? true else {
                queue.forget(key)
                continue
            }
            defer { shard?.end(key) }
            let reconcile = Reconcile(controller: name, key: key)
            let start = surroundings.now()
            metrics?.started()
            defer { metrics?.ended(after: surroundings.now() - start) }
            do {
                switch try await reconcile.run({ try await attempt(key) }) {
                case .superseded:
                    metrics?.count(.requeue)
                    logger.debug("superseded", metadata: reconcile.logged(key))
                case .next(let next):
                    queue.forget(key)
                    if case .after(let delay) = next { queue.add(key, after: delay) }
                    metrics?.count(next == .awaitChange ? .success : .requeueAfter)
                }
            } catch {
                try Task.checkCancellation()
                failed(key, error, reconcile)
            }
        }
        try Task.checkCancellation()
    }

    private func attempt(_ key: Key) async throws -> Outcome {
        let running = running.start(key, generation: generation?(key), deadline: surroundings.now() + deadline)
        defer { self.running.end(key) }
        let (deadline, reconcile) = (deadline, reconcile)
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            // Both begin here and now, on this thread: no event waits for another one to wake up.
            group.addImmediateTask {
                switch try await running.interruption() {
                case .superseded: return .superseded
                case .overdue: throw ReconcileTimeout(limit: deadline)
                }
            }
            group.addImmediateTask { .next(try await reconcile(key)) }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func failed(_ key: Key, _ error: any Error, _ reconcile: Reconcile) {
        let (failures, delay) = queue.failed(key)
        switch errors.decide(error, failures) {
        case .retry(let atLeast):
            let pause = max(delay, atLeast ?? .zero)
            queue.add(key, after: pause)
            queue.countRetry()
            metrics?.failed(terminally: false)
            logger.warning(
                "reconcile failed; will try again",
                metadata: reconcile.logged(key, ["error": "\(error)", "failures": "\(failures)", "after": "\(pause)"]))
        case .awaitChange:
            queue.forget(key)
            metrics?.failed(terminally: true)
            logger.error("reconcile failed; waiting for a change", metadata: reconcile.logged(key, ["error": "\(error)"]))
        case .ignore:
            queue.add(key, after: delay)
            queue.countRetry()
            metrics?.count(.requeue)
            logger.debug("reconcile did not finish; will try again", metadata: reconcile.logged(key, ["error": "\(error)"]))
        }
    }
}

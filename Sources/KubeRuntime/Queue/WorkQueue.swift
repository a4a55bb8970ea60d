public import ServiceLifecycle
import Synchronization

/// Keys that wait for workers, each once. See `WorkQueueStateMachine` for what it promises.
///
/// As a service it wakes workers for keys whose time has come; without it running, only keys without a delay get out.
public final class WorkQueue<Key: Hashable & Sendable>: Service {
    private struct State {
        var machine = WorkQueueStateMachine<Key>()
        /// In the order they came.
        var workers: [(id: UInt64, continuation: CheckedContinuation<Key?, Never>)] = []
        var lastWorker: UInt64 = 0
        /// When `run` looks next.
        var alarm: Duration?
    }

    private let state = Mutex(State())
    private let timer = Wake()
    private let backoff: Backoff
    private let surroundings: Surroundings

    /// An empty queue.
    /// - Parameter name: by which its metrics are known; without one it has none.
    public init(name: String? = nil, backoff: Backoff = .reconcile, surroundings: Surroundings = .system) {
        self.backoff = backoff
        self.surroundings = surroundings
        state.withLock { $0.machine.metrics = name.flatMap { WorkQueueMetrics(name: $0) } }
    }

    /// Keys that wait, those with a delay included.
    public var count: Int { state.withLock { $0.machine.waitingCount } }
    /// Keys that workers have.
    public var runningCount: Int { state.withLock { $0.machine.runningCount } }
    /// Whether no worker has a key, and none is ready.
    public var isIdle: Bool {
        let now = surroundings.now()
        return state.withLock { $0.machine.runningCount == 0 && !$0.machine.hasReady(now: now) }
    }
    /// Depth, ages and counts, as they are now.
    public var figures: WorkQueueFigures {
        let now = surroundings.now()
        return state.withLock { $0.machine.figures(now: now) }
    }
    /// Whether no key is given out any more.
    public var isShutDown: Bool { state.withLock { $0.machine.isShutDown } }

    /// Adds a key, or hastens the one that is there: the earlier time and the higher priority count.
    public func add(_ key: Key, after delay: Duration = .zero, priority: WorkPriority = .normal) {
        change { machine, now in machine.add(key, readyAt: now + max(delay, .zero), priority: priority, now: now) }
    }

    /// The next key; nil after `shutDown`, or when the task is cancelled. The caller says `done` when it has worked on it.
    public func next() async -> Key? {
        let id = state.withLock { state in
            state.lastWorker += 1
            return state.lastWorker
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: nil) }
                // Within the same lock as the look at the queue, or a key added between would be missed.
                change { _, _ in
                } adding: {
                    $0.workers.append((id, continuation))
                }
                if Task.isCancelled { leave(id) }
            }
        } onCancel: {
            leave(id)
        }
    }

    private func leave(_ id: UInt64) {
        let worker = state.withLock { state in
            state.workers.firstIndex { $0.id == id }.map { state.workers.remove(at: $0) }
        }
        worker?.continuation.resume(returning: nil)
    }

    /// Says that a worker has finished with a key, which may then be given out again.
    public func done(_ key: Key) { change { machine, now in machine.done(key, now: now) } }

    /// Counts a failure of a key. Says how many it had in a row, and how long to wait by the back-off.
    public func failed(_ key: Key) -> (failures: Int, delay: Duration) {
        let failures = state.withLock { $0.machine.failed(key) }
        return (failures, backoff.delay(failures, random: surroundings.random()))
    }

    /// Forgets the failures of a key.
    public func forget(_ key: Key) { state.withLock { $0.machine.forget(key) } }

    /// No key is given out any more; workers who wait get nil.
    public func shutDown() { change { machine, _ in machine.shutDown() } }

    /// Wakes workers for keys whose time has come, until the queue is shut down or the task cancelled.
    public func run() async throws {
        while !isShutDown {
            let pause = state.withLock { state in state.alarm.map { $0 - surroundings.now() } }
            try await timer.wait(atMost: pause, surroundings)
            change { _, _ in }
        }
    }

    /// Counts a key that is added again after a failure.
    func countRetry() { state.withLock { $0.machine.metrics?.retried() } }

    /// Keeps the metrics up to date that change by themselves, until the graceful shutdown or the task's cancellation; returns at once when
    /// nobody collects any.
    func runMetrics() async throws {
        guard state.withLock({ $0.machine.metrics != nil }) else { return }
        _ = try await untilGracefulShutdown {
            while true {
                self.state.withLock { $0.machine.metrics?.update(now: self.surroundings.now()) }
                try await self.surroundings.sleep(WorkQueueMetrics<Key>.interval)
            }
        }
    }

    /// Changes the queue, and gives out what is ready.
    private func change(
        _ body: (inout WorkQueueStateMachine<Key>, Duration) -> Void, adding: (inout sending State) -> Void = { _ in }
    ) {
        let now = surroundings.now()
        var given: [(CheckedContinuation<Key?, Never>, Key?)] = []
        let isEarlier = state.withLock { state in
            body(&state.machine, now)
            adding(&state)
            while !state.workers.isEmpty {
                switch state.machine.take(now: now) {
                case .key(let key, _): given.append((state.workers.removeFirst().continuation, key))
                case .finished: given.append((state.workers.removeFirst().continuation, nil))
                case .nothing(let until):
                    let isEarlier = until != state.alarm
                    state.alarm = until
                    return isEarlier
                }
            }
            // Nobody to wake: the next worker who comes looks for himself.
            state.alarm = nil
            return state.machine.isShutDown
        }
        for (continuation, key) in given { continuation.resume(returning: key) }
        if isEarlier { timer.wake() }
    }
}

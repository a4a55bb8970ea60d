import GraftAPI
import KubeCore
import Synchronization

/// How checks stand, for reconciles to read without waiting, and what is to be performed, for who performs it.
final class CheckBook: Sendable {
    /// Functions in a struct: one that is itself what a generic type holds is wrapped anew at each inout access.
    private struct Listeners {
        var due: @Sendable (CheckTask) -> Void
        var news: @Sendable (ObjectKey) -> Void
    }

    private let ledger: Mutex<CheckLedger>
    private let listeners = Mutex<Listeners?>(nil)
    private let definition: @Sendable (ObjectKey) -> ModuleAnalysisSpec?
    private let wallTime: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - limit: how much is performed at one time.
    ///   - prometheus: who is asked for service levels where an analysis names nobody.
    ///   - definition: looks a `ModuleAnalysis` up, without waiting.
    init(
        limit: Int, prometheus: ServiceLevelSource? = nil, wallTime: @escaping @Sendable () -> Timestamp,
        definition: @escaping @Sendable (ObjectKey) -> ModuleAnalysisSpec?
    ) {
        ledger = Mutex(CheckLedger(limit: limit, prometheus: prometheus))
        self.wallTime = wallTime
        self.definition = definition
    }

    /// - Parameters:
    ///   - due: told what should be performed now, if it is due.
    ///   - news: told whose checks got further.
    func connect(due: @escaping @Sendable (CheckTask) -> Void, news: @escaping @Sendable (ObjectKey) -> Void) {
        listeners.withLock { $0 = Listeners(due: due, news: news) }
    }

    // MARK: For reconciles

    /// The checks of a rollout as they stand now.
    func standing(of deployment: ObjectKey, _ identity: CheckOrders.Identity) -> [CheckStatus] {
        ledger.withLock { $0.standing(of: deployment, identity) }
    }

    /// What a rollout waits for, by the status that was just decided.
    func want(_ orders: CheckOrders) {
        let now = wallTime()
        follow(ledger.withLock { $0.want(orders, now: now, definition: definition) })
    }

    func forget(_ deployment: ObjectKey) { follow(ledger.withLock { $0.forget(deployment) }) }

    func analysisChanged(_ analysis: ObjectKey) {
        let now = wallTime()
        follow(ledger.withLock { $0.redefine(analysis, now: now, definition: definition) })
    }

    // MARK: For who performs

    func begin(_ task: CheckTask) -> CheckLedger.Start {
        let now = wallTime()
        return ledger.withLock { $0.begin(task, now: now) }
    }

    func take(_ outcome: CheckLedger.Outcome, of task: CheckTask, recall: Recall, chance: Double) {
        let now = wallTime()
        follow(ledger.withLock { $0.take(outcome, of: task, recall: recall, now: now, chance: chance) })
    }

    func end(_ task: CheckTask) {
        let called = ledger.withLock { $0.end(task) }
        follow(CheckLedger.Effects(due: called))
    }

    /// How long until a task is due again; nil when it is over.
    func wait(for task: CheckTask) -> Duration? {
        let now = wallTime()
        return ledger.withLock { $0.next(task, now: now) }.map { max(.zero, $0 - now) }
    }

    private func follow(_ effects: CheckLedger.Effects) {
        effects.recalled.forEach { $0.fire() }
        guard let listeners = listeners.withLock({ $0 }) else { return }
        effects.due.forEach(listeners.due)
        effects.news.forEach(listeners.news)
    }
}

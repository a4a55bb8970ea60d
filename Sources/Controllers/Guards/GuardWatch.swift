import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Rollout
import Schema
import ServiceLifecycle
import Synchronization

/// Tells of each RolloutGuard, by its status, whether it can be read, what it holds back and how much of its budget is used. Nothing is decided by
/// that. It is written only when it differs, and looked at only when something changed or a window begins or ends.
struct GuardWatch: Service {
    private let controller: Controller<ObjectKey>
    private let subscriptions: [Subscription]

    /// - Parameters:
    ///   - reconciler: which counts hosts for decisions, and so for what is told of them.
    ///   - isReady: whether a host is.
    ///   - interval: at most one look at a guard, and one write of its status, in this time.
    init(
        _ reconciler: DeploymentReconciler, turned: Doorbell, api: Api<RolloutGuard>, events: EventRecorder, interval: Duration,
        logger: Logger, surroundings: Surroundings
    ) {
        let stores = reconciler.stores
        let guards = stores.guards.store
        let written = WrittenGuards()
        controller = Controller(
            "rolloutguard", triggers: [.changes(of: guards)], workers: 1, logger: logger, surroundings: surroundings
        ) { key in
            guard let rollouts = guards.get(key) else {
                written.forget(key)
                return .awaitChange
            }
            let now = surroundings.wallTime()
            let before = written.newest(of: rollouts)
            let (status, next) = reconciler.status(of: rollouts, before: before, now: now)
            if status != before {
                _ = try await api.applyStatus(
                    key.name, ["status": status.json] as JSON, manager: GraftAPI.controllerManager,
                    preconditions: Preconditions(uid: rollouts.metadata.uid))
                written.remember(status, of: rollouts)
                if status.state == .invalid, before.state != .invalid {
                    events.record(
                        .warning, reason: "Unreadable", action: "Read", note: status.conditions[RolloutGuardStatus.valid]?.message ?? "",
                        regarding: ObjectReference(to: rollouts))
                }
            }
            return next.map { .after(max(.milliseconds(20), $0 - now)) } ?? .awaitChange
        }
        // Gathered: the hosts of a wave report nearly at once, and each look counts all of them.
        let look: @Sendable ((ReadGuard) -> Bool) -> Void = { [controller] isConcerned in
            guard guards.count > 0 else { return }
            for rollouts in guards.all() where isConcerned(ReadGuard(rollouts)) { controller.enqueue(rollouts.key, after: interval) }
        }
        turned.connect { [controller] in controller.enqueue($0, after: interval) }
        subscriptions = [
            stores.deployments.store.subscribe { change in
                guard !change.isInitial else { return }
                look { rollouts in [change.old, change.new].contains { $0.map(rollouts.covers) ?? false } }
            },
            stores.plans.store.subscribe { change in
                guard !change.isInitial else { return }
                look { $0.spec.budget != nil && $0.covers(hostClass: change.object.spec.hostClass) }
            },
            stores.hosts.store.subscribe { change in
                guard !change.isInitial else { return }
                look { $0.spec.budget != nil && $0.covers(hostClass: change.object.spec.hostClass) }
            },
            stores.revisions.store.subscribe { change in
                guard !change.isInitial, change.old?.status.outcome != change.new?.status.outcome else { return }
                look { $0.spec.budget != nil && $0.covers(hostClass: change.object.spec.hostClass) }
            },
        ]
    }

    func run() async throws {
        defer { for subscription in subscriptions { subscription.cancel() } }
        try await controller.run()
    }
}

/// What was written last of each guard, which the watch may not have brought back yet. Nobody else writes it.
private final class WrittenGuards: Sendable {
    private let statuses = Mutex<[ObjectKey: (uid: String?, status: RolloutGuardStatus)]>([:])

    func newest(of rollouts: RolloutGuard) -> RolloutGuardStatus {
        guard let known = statuses.withLock({ $0[rollouts.key] }), known.uid == rollouts.metadata.uid else { return rollouts.status }
        return known.status
    }

    func remember(_ status: RolloutGuardStatus, of rollouts: RolloutGuard) {
        statuses.withLock { $0[rollouts.key] = (rollouts.metadata.uid, status) }
    }

    func forget(_ key: ObjectKey) { statuses.withLock { $0[key] = nil } }
}

extension DeploymentReconciler {
    /// What is to be told of a guard, and when that becomes another by time alone.
    func status(of rollouts: RolloutGuard, before: RolloutGuardStatus, now: Timestamp) -> (RolloutGuardStatus, Timestamp?) {
        let read = ReadGuard(rollouts)
        var counted = GuardReader.Counted()
        var provenAt: Timestamp?
        if let budget = read.spec.budget { (counted.groups, provenAt) = groups(of: read, budget, now: now) }
        counted.held = held(by: read, counted.groups ?? [], now: now)
        let (status, edge) = GuardReader.status(
            of: read, generation: rollouts.metadata.generation, before: before, zones: zones, counted: counted, now: now)
        return (status, [edge, provenAt].compactMap(\.self).min())
    }

    private func groups(of rollouts: ReadGuard, _ budget: UnprovenBudget, now: Timestamp) -> ([BudgetGroup], Timestamp?) {
        var groups: [BudgetGroup] = []
        var provenAt: Timestamp?
        let classes: [String?] =
            switch budget.scope {
            case .all: [nil]
            case .class: stores.hosts.store.values(of: Stores.hostClass, sharedByMoreThan: 0).filter { rollouts.covers(hostClass: $0) }
            }
        for hostClass in classes {
            let account = account(of: budget, rollouts, hostClass: hostClass, now: now)
            let result = budgets.count(account) { liveness.state(ofNode: $0.spec.nodeName).isReady }
            groups.append(
                BudgetGroup(hostClass: hostClass, unproven: result.used, allowed: budget.limit(of: result.hosts), hosts: result.hosts))
            if let next = account.nextProven { provenAt = min(provenAt ?? next, next) }
        }
        return (groups, provenAt)
    }

    /// Deployments that say of themselves that they are held, and that this guard is why.
    private func held(by rollouts: ReadGuard, _ groups: [BudgetGroup], now: Timestamp) -> [String] {
        let isHolding = rollouts.holds(at: now, zones)
        return stores.deployments.store.all().filter { deployment in
            let reason = (statuses.decided(deployment) ?? deployment.status).conditions["Ready"]?.reason
            switch reason {
            case FreezeFacts.condition: return isHolding && rollouts.covers(deployment)
            case BudgetFacts.condition:
                guard rollouts.spec.budget != nil, rollouts.covers(deployment) else { return false }
                // One that was held before this process led has yet to say by whom.
                if let name = budgets.holder(of: deployment.key) { return name == rollouts.name }
                return groups.contains { ($0.hostClass == nil || $0.hostClass == deployment.spec.hostClass) && $0.left == 0 }
            default: return false
            }
        }.map(\.key.description)
    }
}

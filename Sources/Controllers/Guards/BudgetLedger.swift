import GraftAPI
import KubeCore
import Rollout
import Synchronization

/// Who has asked how many hosts for what is unproven, in one leader's term. Under its lock a deployment is told what is left, decides, and what
/// it decided counts from then on: two that decide at the same time never ask for the same part of a budget. What is known is rebuilt from the
/// plans that are there.
final class BudgetLedger: Sendable {
    /// What a deployment decided last.
    private struct Entry {
        var plan: ModulePlanSpec?
        /// The last other one that asked for what was unproven.
        var before: ModulePlanSpec?
        /// It waits for a budget.
        var wait: Wait?
        /// Name of the guard whose budget holds it, waiting in line or not.
        var holder: String?
    }

    private struct Wait {
        var name: String
        var hostClass: String
        /// Since when its rollout is under way: the oldest comes first.
        var since: Timestamp
        /// Hosts that its next wave would ask; 0 where it can't use what is left, and so keeps nobody from it.
        var need: Int

        func isBefore(_ other: Wait?, _ key: ObjectKey, _ otherKey: ObjectKey) -> Bool {
            guard let other else { return true }
            return since == other.since ? key < otherKey : since < other.since
        }
    }

    private struct State {
        var entries: [ObjectKey: Entry] = [:]
        /// Hosts that counted when they were counted last, by guard and class.
        var used: [String: Int] = [:]
    }

    private let state = Mutex(State())
    /// Hears names of guards that begin or cease to hold a deployment.
    private let turned: @Sendable ([String]) -> Void

    init(turned: @escaping @Sendable ([String]) -> Void = { _ in }) { self.turned = turned }

    /// What a budget is counted with.
    struct Account {
        var name: String
        var budget: UnprovenBudget
        /// Hosts that it is a share of.
        var hosts: [ModuleHost]
        /// Deployments that count against it, as far as the API server knows of them.
        var parties: [UnprovenCensus.Party]
        /// When one of their revisions counts as proven for having run long enough.
        var nextProven: Timestamp?
    }

    /// Decides with what the budgets leave, and keeps what was decided.
    /// - Parameter accounts: gathered under the lock, so that nobody is missing who decided before.
    /// - Returns: the decision, and whom to wake since hosts were freed.
    func decide(
        _ observation: Observation, accounts: () -> [Account], isReady: (ModuleHost) -> Bool
    ) -> (decision: Decision, freed: [ObjectKey]) {
        let (decision, freed, holders) = state.withLock { state in
            var observation = observation
            let key = observation.deployment
            var hasFreed = false
            var counted: Set<String>?
            for account in accounts() {
                let result = Self.census(account, state).count(account.hosts, isReady: isReady)
                counted = counted.map { $0.intersection(result.names) } ?? result.names
                let place = account.place(of: observation.spec.hostClass)
                if result.used < state.used[place] ?? 0 { hasFreed = true }
                state.used[place] = result.used
                let facts = Self.facts(account, result, observation, state)
                if observation.guards.budget.map({ facts.left < $0.left }) ?? true { observation.guards.budget = facts }
            }
            observation.guards.counted = counted ?? []
            let decision = RolloutEngine.decide(observation)
            let holder = state.entries[key]?.holder
            Self.keep(decision, observation, in: &state)
            let waiting = hasFreed ? state.entries.filter { $0.value.wait != nil && $0.key != key }.keys.sorted() : []
            return (decision, waiting, [holder, state.entries[key]?.holder])
        }
        if holders[0] != holders[1] { turned(holders.compactMap(\.self)) }
        return (decision, freed)
    }

    /// Hosts that count now, by what was decided last: what is told of a budget.
    func count(_ account: Account, isReady: (ModuleHost) -> Bool) -> UnprovenCensus.Result {
        let census = state.withLock { Self.census(account, $0) }
        return census.count(account.hosts, isReady: isReady)
    }

    /// Name of the guard whose budget holds a deployment; nil when none does, or it was not decided about yet.
    func holder(of key: ObjectKey) -> String? { state.withLock { $0.entries[key]?.holder } }

    /// Whether anyone waits: only then must everyone who frees a host be noticed.
    var isAwaited: Bool { state.withLock { state in state.entries.values.contains { $0.wait != nil } } }

    /// Keeps what was decided without a look at any budget.
    func note(_ decision: Decision, of observation: Observation) { state.withLock { Self.keep(decision, observation, in: &$0) } }

    /// - Returns: who waits, now that a deployment is gone or counts no more.
    func forget(_ key: ObjectKey) -> [ObjectKey] {
        state.withLock { state in
            guard state.entries.removeValue(forKey: key) != nil else { return [] }
            return state.entries.filter { $0.value.wait != nil }.keys.sorted()
        }
    }

    private static func census(_ account: Account, _ state: State) -> UnprovenCensus {
        UnprovenCensus(
            account.parties.map { party in
                guard let entry = state.entries[party.key], let plan = entry.plan else { return party }
                var party = party
                party.plan = plan
                party.before = entry.before
                return party
            })
    }

    private static func facts(
        _ account: Account, _ result: UnprovenCensus.Result, _ observation: Observation, _ state: State
    ) -> BudgetFacts {
        let limit = account.budget.limit(of: result.hosts)
        let own = state.entries[observation.deployment]?.wait
        let first = state.entries.reduce(0) { sum, entry in
            guard entry.key != observation.deployment, let wait = entry.value.wait, wait.name == account.name,
                account.budget.scope == .all || wait.hostClass == observation.spec.hostClass,
                wait.isBefore(
                    own ?? Self.wait(of: observation.status, observation, account.name, need: 0), entry.key, observation.deployment)
            else { return sum }
            return sum + wait.need
        }
        return BudgetFacts(
            name: account.name, limit: limit, hosts: result.hosts, used: result.used, holders: result.holders,
            left: max(0, limit - result.used - first), nextProven: account.nextProven)
    }

    /// Nil: it is not under way, and comes last.
    private static func wait(of status: ModuleDeploymentStatus, _ observation: Observation, _ name: String, need: Int) -> Wait? {
        guard let rollout = status.rollout, rollout.state == .running, rollout.kind != .return, let canary = status.canary else {
            return nil
        }
        let since = status.history.first { $0.revision == canary.revision }?.time ?? observation.now
        return Wait(name: name, hostClass: observation.spec.hostClass, since: since, need: need)
    }

    private static func keep(_ decision: Decision, _ observation: Observation, in state: inout State) {
        var entry = state.entries[observation.deployment] ?? Entry()
        let last = entry.plan ?? observation.plan?.spec
        if let plan = decision.plan, plan.rollout != last?.rollout { entry.before = last }
        entry.plan = decision.plan ?? observation.plan?.spec
        entry.wait = nil
        entry.holder = nil
        if decision.status.conditions["Ready"]?.reason == BudgetFacts.condition, let budget = observation.guards.budget {
            entry.holder = budget.name
            let wave = max(1, observation.spec.strategy.maxUnavailable.count(of: decision.status.hosts.eligible))
            entry.wait = wait(of: decision.status, observation, budget.name, need: budget.left == 0 ? wave : 0)
        }
        state.entries[observation.deployment] = entry
    }
}

extension BudgetLedger.Account {
    fileprivate func place(of hostClass: String) -> String { budget.scope == .all ? name : "\(name)/\(hostClass)" }
}

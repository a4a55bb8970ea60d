import GraftAPI
import KubeCore
import KubeRuntime
import Rollout

extension DeploymentReconciler {
    /// Decides, within what the cluster's guards allow.
    func decide(_ observation: Observation, for deployment: ModuleDeployment) -> Decision {
        let covering = CoveringGuards(stores.guards.store.all(), of: deployment)
        guard !covering.guards.isEmpty else {
            wake(budgets.forget(deployment.key))
            return RolloutEngine.decide(observation)
        }
        var observation = observation
        (observation.guards.freeze, observation.guards.nextFreeze) = covering.freeze(now: observation.now, zones: zones)
        let counted = covering.budgets
        guard !counted.isEmpty else {
            wake(budgets.forget(deployment.key))
            return RolloutEngine.decide(observation)
        }
        guard mayAsk(observation) || budgets.isAwaited else {
            let decision = RolloutEngine.decide(observation)
            budgets.note(decision, of: observation)
            return decision
        }
        let (decision, freed) = budgets.decide(observation) {
            counted.map { account(of: $0.budget, $0.guard, hostClass: deployment.spec.hostClass, now: observation.now) }
        } isReady: {
            liveness.state(ofNode: $0.spec.nodeName).isReady
        }
        wake(freed)
        return decision
    }

    /// Whether hosts may be asked for what is unproven by what is decided now.
    private func mayAsk(_ observation: Observation) -> Bool {
        if let rollout = observation.status.rollout, rollout.state == .running { return true }
        return observation.wanted.revisionName != observation.status.stable?.revision || observation.plan == nil
    }

    /// What a budget is counted with.
    /// - Parameter hostClass: of the hosts that it is a share of; all classes that the guard covers count together where its scope says so.
    func account(of budget: UnprovenBudget, _ rollouts: ReadGuard, hostClass: String?, now: Timestamp) -> BudgetLedger.Account {
        let covered: [ModuleDeployment]
        let hosts: [ModuleHost]
        switch (budget.scope, hostClass) {
        case (.class, let hostClass?):
            covered = stores.deployments.store.objects(Stores.deploymentClass, hostClass)
            hosts = stores.hosts.store.objects(Stores.hostClass, hostClass)
        case (.all, _), (.class, nil):
            covered = stores.deployments.store.all()
            hosts = stores.hosts.store.all().filter { rollouts.covers(hostClass: $0.spec.hostClass) }
        }
        var account = BudgetLedger.Account(name: rollouts.name, budget: budget, hosts: hosts, parties: [])
        for other in covered where rollouts.covers(other) {
            let (party, provenAt) = party(of: other, budget, now: now)
            account.parties.append(party)
            if let provenAt { account.nextProven = min(account.nextProven ?? provenAt, provenAt) }
        }
        // More hosts than a node may have are no larger fleet.
        let uncounted = Set(HostLimit.uncounted(in: stores.hosts.store).map(\.metadata.name))
        if !uncounted.isEmpty { account.hosts.removeAll { uncounted.contains($0.metadata.name) } }
        return account
    }

    /// A deployment as it counts against a budget, and when what it rolls out counts as proven.
    private func party(of deployment: ModuleDeployment, _ budget: UnprovenBudget, now: Timestamp) -> (UnprovenCensus.Party, Timestamp?) {
        var proven = Set(revisions(of: deployment).filter { $0.status.outcome == .good }.map(\.metadata.name))
        let plan = writtenPlans.newest(deployment.key)?.spec
        let status = statuses.decided(deployment) ?? deployment.status
        var provenAt: Timestamp?
        if let rollout = status.rollout, rollout.state == .running, rollout.kind != .return, let canary = status.canary,
            let since = rollout.provingSince
        {
            let end = since.time + budget.provenAfter.duration
            if end <= now { proven.insert(canary.revision) } else { provenAt = end }
        }
        return (UnprovenCensus.Party(key: deployment.key, plan: plan, before: nil, proven: proven), provenAt)
    }
}

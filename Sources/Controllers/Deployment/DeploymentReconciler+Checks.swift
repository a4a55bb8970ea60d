import GraftAPI
import KubeCore
import Rollout

extension DeploymentReconciler {
    /// How the checks of a rollout stand by now.
    func standing(_ status: ModuleDeploymentStatus, of deployment: ModuleDeployment) -> [CheckStatus] {
        guard let rollout = status.rollout, rollout.state == .running, !rollout.checks.isEmpty else { return [] }
        return checks.standing(of: deployment.key, CheckOrders.Identity(uid: deployment.metadata.uid ?? "", rollout: rollout.id))
    }

    /// Has what was decided performed, and what nothing waits for any more ended.
    func perform(_ status: ModuleDeploymentStatus, of deployment: ModuleDeployment) {
        if let orders = CheckOrders(status, of: deployment) { checks.want(orders) } else { checks.forget(deployment.key) }
    }
}

extension CheckOrders {
    /// Nil when there is nothing to be performed: a rollout that is over costs nothing.
    init?(_ status: ModuleDeploymentStatus, of deployment: ModuleDeployment) {
        guard let rollout = status.rollout, rollout.state == .running, let canary = status.canary else { return nil }
        let strategy = deployment.spec.strategy
        let orders = rollout.checks.filter { !$0.phase.isCompleted }.compactMap { check in
            CheckWork(check, by: strategy).map { Order(status: check, work: $0) }
        }
        guard !orders.isEmpty else { return nil }
        self.init(
            deployment: deployment.key, identity: Identity(uid: deployment.metadata.uid ?? "", rollout: rollout.id),
            canary: AnalysisRun.Revision(canary), stable: status.stable.map(AnalysisRun.Revision.init), orders: orders)
        steps = strategy.countOfAllSteps
        weight = rollout.weight
        hosts = status.hosts
    }
}

extension CheckWork {
    /// Nil when the spec asks for nothing like the check any more: the engine is about to drop it.
    init?(_ check: CheckStatus, by strategy: Strategy) {
        switch check.kind {
        case .analysis:
            guard let analysis = strategy.analysis(of: check) else { return nil }
            self = .analysis(name: analysis.name, arguments: analysis.arguments)
        case .webhook:
            guard let webhook = strategy.webhook(of: check) else { return nil }
            self = .webhook(
                WebhookWork(
                    url: webhook.url, credentials: webhook.credentials, timeout: .seconds(webhook.timeoutSeconds), retries: webhook.retries)
            )
        case .samples:
            guard let goal = strategy.samples(of: check) else { return nil }
            self = .samples(goal.series, count: goal.count)
        }
    }
}

extension AnalysisRun.Revision {
    fileprivate init(_ reference: RevisionReference) {
        self.init(name: reference.revision, digest: reference.digest, version: reference.version ?? "")
    }
}

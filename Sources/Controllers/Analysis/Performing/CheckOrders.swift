import GraftAPI
import KubeCore

/// What is to be performed for a rollout, by the status decided last.
struct CheckOrders: Hashable, Sendable {
    /// What stays the same as long as a rollout does.
    struct Identity: Hashable, Sendable {
        var uid: String
        var rollout: String
    }

    struct Order: Hashable, Sendable {
        /// As the engine has it.
        var status: CheckStatus
        var work: CheckWork
    }

    var deployment: ObjectKey
    var identity: Identity
    var canary: AnalysisRun.Revision
    var stable: AnalysisRun.Revision?
    /// Of the rollout.
    var steps = 0
    var weight = Weight.none
    var hosts = HostCounts()
    var orders: [Order]

    func run(of check: CheckStatus, now: Timestamp) -> AnalysisRun {
        AnalysisRun(
            namespace: deployment.namespace ?? "", deployment: deployment.name, rollout: identity.rollout, check: check.id, canary: canary,
            stable: stable, startTime: check.startTime?.time ?? now, now: now)
    }

    func request(of check: CheckStatus, now: Timestamp) -> WebhookRequest {
        let start = (check.startTime?.time ?? now).microText
        return WebhookRequest(
            id: "\(identity.uid)/\(identity.rollout)/\(check.id)/\(start)", time: now, run: run(of: check, now: now),
            step: check.step.map { $0 + 1 },
            steps: steps, weight: weight, hosts: hosts)
    }
}

package import GraftAPI
import KubeCore

/// What a verb would come to, for whoever is about to say it: the same rules by which the engine obeys or ignores it, told with what to say
/// instead. The engine judges again by what it sees then.
package struct VerbCheck {
    private let status: ModuleDeploymentStatus
    private let rollout: RolloutStatus
    private let strategy: Strategy
    private let schedule: StepSchedule
    private let name: String

    package init(_ deployment: ModuleDeployment, _ rollout: RolloutStatus) {
        status = deployment.status
        self.rollout = rollout
        strategy = deployment.spec.strategy
        schedule = StepSchedule(strategy)
        name = deployment.metadata.name
    }

    /// Why a promotion would be ignored; nil: it would not.
    package func objection(toPromotion full: Bool) -> String? {
        if let objection = objectionToRollout("promoted") { return objection }
        // After a deadline that stopped it, or an analysis that is inconclusive, it goes on from wherever it is.
        if rollout.overdue != nil, !full { return nil }
        if rollout.kind == .restart { return "\(rollout.id) is a restart: it has no steps; it goes on by itself" }
        guard rollout.kind == .steps || rollout.preflightOfFirst(strategy) == rollout.stepIndex else {
            return "\(rollout.id) is the first version's: it has no steps; it goes on by itself"
        }
        if case .approval(let people) = schedule.stage(rollout.stepIndex) {
            return "\(place) waits for an approval, which no promotion goes past: \(approval(people))"
        }
        if full {
            return rollout.stepIndex < schedule.last ? nil : "the last step of \(rollout.id) has begun already; it goes on by itself"
        }
        switch schedule.stage(rollout.stepIndex) {
        case .weight, .traffic: return "\(place) is no pause: it ends by itself; --full skips those that follow"
        case .pause, .soak, .preflight, .analysis, .webhook, .approval: return nil
        }
    }

    /// Why an approval would be ignored; nil: it would not.
    package func objection(toApprovalBy person: String) -> String? {
        if let objection = objectionToRollout("approved") { return objection }
        guard rollout.kind == .steps, case .approval(let people) = schedule.stage(rollout.stepIndex) else {
            return "\(place) waits for no approval: \(status.message)"
        }
        return people.contains(person) ? nil : "\(person) is none of the approvers of \(place): \(approval(people))"
    }

    private func objectionToRollout(_ participle: String) -> String? {
        guard rollout.state == .running, rollout.kind != .return else {
            return "\(rollout.id) is no rollout that can be \(participle): \(status.message)"
        }
        return nil
    }

    private func approval(_ people: [String]) -> String {
        people.count == 1
            ? "graft approve \(name) --by \(people[0])" : "graft approve \(name) --by one of \(people.joined(separator: ", "))"
    }

    private var place: String { "step \(min(rollout.stepIndex + 1, schedule.count)) of \(schedule.count) of \(rollout.id)" }
}

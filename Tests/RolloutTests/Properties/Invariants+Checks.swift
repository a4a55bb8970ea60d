import GraftAPI
import JSON
import KubeCore
import Schema

@testable import Rollout

extension Invariants {
    /// No step that waits for something outside is left before that has succeeded, unless someone says so.
    mutating func checkPassing(from: Int, to: Int, _ world: World) {
        guard from < to, world.status.rollout?.kind == .steps, let events = world.decision?.events else { return }
        let isPromoted = events.contains { if case .promoted = $0 { true } else { false } }
        let schedule = StepSchedule(world.spec.strategy)
        for index in from..<to where !isPromoted {
            switch schedule.stage(index) {
            case .analysis, .webhook:
                let isPassed = events.contains { if case .checksPassed(_, index + 1, _) = $0 { true } else { false } }
                demand(isPassed, "step \(index) was left unchecked: \(world.testDescription)")
            default: break
            }
        }
    }

    /// Each has a name of its own, belongs to what goes on, and nothing that ended badly is passed over in a rollout that goes on.
    mutating func checkChecks(_ world: World) {
        guard let rollout = world.status.rollout, !rollout.checks.isEmpty else { return }
        demand(Set(rollout.checks.map(\.id)).count == rollout.checks.count, "two checks of one name: \(world.testDescription)")
        let open = rollout.checks.filter { !$0.phase.isCompleted }
        demand(
            open.isEmpty || rollout.kind == .steps && rollout.state == .running, "checked without a rollout: \(world.testDescription)")
        demand(open.allSatisfy { $0.startTime != nil }, "a check without a beginning: \(world.testDescription)")
        demand(open.allSatisfy { $0.step == nil || $0.step == rollout.stepIndex }, "a check of another step: \(world.testDescription)")
        // Each form that it takes, and of those that only count further some.
        written += 1
        let isOfKnownForm = lastRollout?.checks.elementsEqual(rollout.checks) { $0.id == $1.id && $0.phase == $1.phase } ?? false
        guard !isOfKnownForm || written % 16 == 0 else { return }
        let json = world.status.json
        let errors = ModuleDeploymentStatus.schema.errors(in: json)
        demand(errors.isEmpty, "the API server would refuse the status: \(errors)")
        demand(json.text().utf8.count < 20_000, "the status is too long: \(world.testDescription)")
    }

    /// What nobody began changes nothing, whoever speaks of it.
    mutating func checkForeignChecks(_ world: World) {
        let known = world.status.rollout?.checks ?? []
        var foreign = known.map { check in
            var other = check.reaching(.failed)
            other.startTime = Instant(Timestamp(seconds: 1))
            return other
        }
        foreign.append(CheckStatus(.analysis, id: "step-0.else", step: 0, subject: "else").reaching(.failed))
        var (honest, lied) = (world.observation, world.observation)
        honest.checks = []
        lied.checks = foreign
        demand(RolloutEngine.decide(honest) == RolloutEngine.decide(lied), "a foreign check counted: \(world.testDescription)")
    }
}

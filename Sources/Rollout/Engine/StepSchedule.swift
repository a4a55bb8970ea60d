import GraftAPI

/// The steps of a strategy, and the one that follows them: all hosts.
struct StepSchedule: Hashable {
    enum Stage: Hashable {
        case weight(Weight)
        /// Nil: until promoted.
        case pause(seconds: Int?)
        case soak(seconds: Int)
        case approval(by: [String])
        case preflight(Preflight)
    }

    /// How long a step may take, and what follows when it takes longer.
    struct Deadline: Hashable {
        var seconds: Int
        var consequence: Strategy.OnDeadline
    }

    let stages: [Stage]
    private let deadlines: [Deadline?]

    init(_ strategy: Strategy) {
        var stages = strategy.steps.map(StepSchedule.stage)
        if !stages.contains(.weight(.all)) { stages.append(.weight(.all)) }
        self.stages = stages
        deadlines = stages.indices.map { index in
            if case .weight = stages[index] {
                return strategy.stepDeadlineSeconds.map { Deadline(seconds: $0, consequence: strategy.onDeadline) }
            }
            let step = strategy.steps[index]
            if let preflight = step.preflight {
                let seconds = preflight.deadlineSeconds ?? strategy.progressDeadlineSeconds
                return Deadline(seconds: seconds, consequence: preflight.onDeadline ?? strategy.onDeadline)
            }
            let consequence = step.pause?.onDeadline ?? step.approve?.onDeadline ?? strategy.onDeadline
            return (step.pause?.deadlineSeconds ?? step.approve?.deadlineSeconds).map { Deadline(seconds: $0, consequence: consequence) }
        }
    }

    private static func stage(_ step: Step) -> Stage {
        if let weight = step.setWeight { return .weight(weight) }
        if let soak = step.soak { return .soak(seconds: soak.durationSeconds) }
        if let preflight = step.preflight { return .preflight(preflight) }
        if let approval = step.approve { return .approval(by: approval.approvers) }
        return .pause(seconds: step.pause?.durationSeconds)
    }

    func deadline(_ index: Int) -> Deadline? { deadlines.indices.contains(index) ? deadlines[index] : nil }

    /// Where a full promotion from a step goes: past every step but those that need an approval.
    func fullPromotion(from index: Int) -> Int {
        let approval = stages.indices.first { position in
            guard position > index, position < lastWeight, case .approval = stages[position] else { return false }
            return true
        }
        return approval ?? lastWeight
    }

    /// Whether hosts judge the revision before any of them is asked to run it.
    var beginsWithPreflight: Bool {
        let first = stages.first { stage in
            if case .preflight = stage { return true }
            if case .weight(let weight) = stage { return weight > .none }
            return false
        }
        if case .preflight? = first { return true }
        return false
    }

    func isPreflight(_ index: Int) -> Bool { if case .preflight = stage(index) { true } else { false } }

    var count: Int { stages.count }
    var lastWeight: Int { stages.lastIndex(of: .weight(.all))! }

    /// Steps may have been taken away from the spec meanwhile: then all hosts.
    func stage(_ index: Int) -> Stage { stages.indices.contains(index) ? stages[index] : .weight(.all) }

    func isLast(_ index: Int) -> Bool { index >= stages.count - 1 }
}

import GraftAPI

/// The steps of a strategy, and the one that follows them: all hosts.
struct StepSchedule: Hashable {
    enum Stage: Hashable {
        case weight(Weight)
        /// Nil: until promoted.
        case pause(seconds: Int?)
        case soak(seconds: Int, samples: SampleGoal?)
        case approval(by: [String])
        case analysis([AnalysisReference])
        case webhook(StepWebhook)
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
            return StepSchedule.deadline(of: step, strategy)
        }
    }

    private static func stage(_ step: Step) -> Stage {
        if let weight = step.setWeight { return .weight(weight) }
        if let soak = step.soak { return .soak(seconds: soak.durationSeconds, samples: soak.samples) }
        if let approval = step.approve { return .approval(by: approval.approvers) }
        if let analysis = step.analysis { return .analysis(analysis.analyses) }
        if let webhook = step.webhook { return .webhook(webhook) }
        return .pause(seconds: step.pause?.durationSeconds)
    }

    private static func deadline(of step: Step, _ strategy: Strategy) -> Deadline? {
        let seconds =
            step.pause?.deadlineSeconds ?? step.approve?.deadlineSeconds ?? step.analysis?.deadlineSeconds ?? step.webhook?.deadlineSeconds
            ?? step.soak?.sampleDeadlineSeconds
        let own =
            step.pause?.onDeadline ?? step.approve?.onDeadline ?? step.analysis?.onDeadline ?? step.webhook?.onDeadline
            ?? step.soak?.onDeadline
        return seconds.map { Deadline(seconds: $0, consequence: own ?? strategy.onDeadline) }
    }

    /// Whether a step waits for something outside the engine.
    func isChecked(_ index: Int) -> Bool {
        switch stage(index) {
        case .analysis, .webhook, .soak(_, _?): true
        case .weight, .pause, .soak, .approval: false
        }
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

    var count: Int { stages.count }
    var lastWeight: Int { stages.lastIndex(of: .weight(.all))! }

    /// Steps may have been taken away from the spec meanwhile: then all hosts.
    func stage(_ index: Int) -> Stage { stages.indices.contains(index) ? stages[index] : .weight(.all) }

    func isLast(_ index: Int) -> Bool { index >= stages.count - 1 }
}

import GraftAPI

/// The steps of a strategy, and those that follow them: all hosts, and all of their calls.
struct StepSchedule: Hashable {
    enum Stage: Hashable {
        case weight(Weight)
        /// Nil: all calls.
        case traffic(Traffic?)
        /// Nil: until promoted.
        case pause(seconds: Int?)
        case soak(seconds: Int, samples: SampleGoal?)
        case approval(by: [String])
        case preflight(Preflight)
        case analysis([AnalysisReference])
        case webhook(StepWebhook)

        /// In as few words as there is room for in a drawing.
        var label: String {
            switch self {
            case .weight(let weight): "\(weight)"
            case .traffic(let traffic): traffic.map { "calls\($0.share.map { " \($0)" } ?? "")" } ?? "all calls"
            case .pause(let seconds?): "pause \(seconds) s"
            case .pause(nil): "pause"
            case .soak(let seconds, _): "soak \(seconds) s"
            case .approval: "approval"
            case .preflight: "preflight"
            case .analysis: "analysis"
            case .webhook: "webhook"
            }
        }
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
        if StepSchedule.divideCalls(stages), StepSchedule.traffic(of: stages) != nil { stages.append(.traffic(nil)) }
        self.stages = stages
        deadlines = stages.indices.map { index in
            switch stages[index] {
            case .weight, .traffic: return strategy.stepDeadlineSeconds.map { Deadline(seconds: $0, consequence: strategy.onDeadline) }
            case .preflight(let preflight):
                let seconds = preflight.deadlineSeconds ?? strategy.progressDeadlineSeconds
                return Deadline(seconds: seconds, consequence: preflight.onDeadline ?? strategy.onDeadline)
            case .pause, .soak, .approval, .analysis, .webhook: return StepSchedule.deadline(of: strategy.steps[index], strategy)
            }
        }
    }

    private static func stage(_ step: Step) -> Stage {
        if let weight = step.setWeight { return .weight(weight) }
        if let traffic = step.setTraffic { return .traffic(traffic) }
        if let preflight = step.preflight { return .preflight(preflight) }
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
        case .weight, .traffic, .pause, .soak, .approval, .preflight: false
        }
    }

    func deadline(_ index: Int) -> Deadline? { deadlines.indices.contains(index) ? deadlines[index] : nil }

    /// Where a full promotion from a step goes: past every step but those that need an approval.
    func fullPromotion(from index: Int) -> Int {
        let approval = stages.indices.first { position in
            guard position > index, position < last, case .approval = stages[position] else { return false }
            return true
        }
        return approval ?? last
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
    private var lastWeight: Int { stages.lastIndex(of: .weight(.all))! }

    /// The step that brings it to all hosts and all of their calls.
    var last: Int {
        let lastTraffic = stages.indices.last { position in
            guard case .traffic = stages[position] else { return false }
            return StepSchedule.traffic(of: stages[...position]) == nil
        }
        return max(lastWeight, lastTraffic ?? 0)
    }

    /// The largest share of hosts that steps up to this one ask for.
    func weight(upTo index: Int) -> Weight {
        guard stages.indices.contains(index) else { return .all }
        return stages[...index].reduce(.none) { if case .weight(let weight) = $1 { max($0, weight) } else { $0 } }
    }

    /// Which calls steps up to this one send to the canary; nil: all. Without a step that says so it is all from the start.
    func traffic(upTo index: Int) -> TrafficRule? {
        guard stages.indices.contains(index), dividesCalls else { return nil }
        return StepSchedule.traffic(of: stages[...index])
    }

    /// Whether hosts have to run two versions beside each other.
    var dividesCalls: Bool { StepSchedule.divideCalls(stages) }

    private static func divideCalls(_ stages: [Stage]) -> Bool { stages.contains { if case .traffic = $0 { true } else { false } } }

    /// All that these stages ask for together; nil: every call.
    private static func traffic(of stages: some Sequence<Stage>) -> TrafficRule? {
        var rule = TrafficRule.none
        for case .traffic(let step) in stages {
            guard let step, let more = rule.adding(step) else { return nil }
            rule = more
        }
        return rule
    }

    /// Steps may have been taken away from the spec meanwhile: then all hosts.
    func stage(_ index: Int) -> Stage { stages.indices.contains(index) ? stages[index] : .weight(.all) }

    func isLast(_ index: Int) -> Bool { index >= stages.count - 1 }
}

extension Strategy {
    /// Steps of a rollout, as sentences count them: those that are asked for, and what follows by itself until all hosts give it all calls.
    package var countOfAllSteps: Int { StepSchedule(self).count }
}

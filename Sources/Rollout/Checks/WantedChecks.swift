import GraftAPI

/// What a strategy wants checked at one of its steps, and how it is named.
struct WantedChecks {
    /// Of the step.
    let step: [CheckStatus]
    /// Of the whole rollout.
    let background: [CheckStatus]

    init(_ strategy: Strategy, _ schedule: StepSchedule, at index: Int) {
        switch schedule.stage(index) {
        case .analysis(let analyses):
            step = analyses.map { CheckStatus(.analysis, id: "step-\(index).\($0.name)", step: index, subject: $0.name) }
        case .webhook(let webhook): step = [CheckStatus(.webhook, id: "step-\(index)", step: index, subject: webhook.host)]
        case .soak(_, let samples?): step = [CheckStatus(.samples, id: "step-\(index)", step: index, subject: samples.series.name)]
        case .weight, .traffic, .pause, .soak, .approval, .preflight: step = []
        }
        let isWatched = strategy.analysis.map { index + 1 >= $0.startingStep } ?? false
        background =
            isWatched
            ? strategy.analysis?.analyses.map { CheckStatus(.analysis, id: "background.\($0.name)", step: nil, subject: $0.name) } ?? []
            : []
    }

    func contains(_ check: CheckStatus) -> Bool { (step + background).contains { $0.isOfSameThing(as: check) } }
}

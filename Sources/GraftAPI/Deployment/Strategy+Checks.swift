extension Strategy {
    /// Metrics that a rollout measures at one time, of a step and in the background together: a status has room for so many.
    package static let mostMetrics = 16

    /// The analysis that a check is a run of; nil when the spec names none like it any more.
    package func analysis(of check: CheckStatus) -> AnalysisReference? {
        guard check.kind == .analysis else { return nil }
        let analyses = check.step.map { self[step: $0]?.analysis?.analyses ?? [] } ?? analysis?.analyses ?? []
        return analyses.first { $0.name == check.subject }
    }

    /// The webhook that a check asks; nil when the spec names none like it any more.
    package func webhook(of check: CheckStatus) -> StepWebhook? {
        guard check.kind == .webhook, let step = check.step, let webhook = self[step: step]?.webhook, webhook.host == check.subject
        else { return nil }
        return webhook
    }

    /// The samples that a check counts; nil when the spec names none like them any more.
    package func samples(of check: CheckStatus) -> SampleGoal? {
        guard check.kind == .samples, let step = check.step, let goal = self[step: step]?.soak?.samples,
            goal.series.name == check.subject
        else { return nil }
        return goal
    }

    private subscript(step index: Int) -> Step? { steps.indices.contains(index) ? steps[index] : nil }
}

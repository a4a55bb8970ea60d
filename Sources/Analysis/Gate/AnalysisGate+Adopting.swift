package import GraftAPI

extension AnalysisGate {
    /// A status that may have been begun under another definition: metrics that are no longer defined are dropped, new ones begin. When nothing is left to
    /// be measured, it ends.
    package func adopt(_ status: AnalysisStatus) -> AnalysisStatus {
        guard !status.phase.isCompleted else { return status }
        var adopted = status
        adopted.metrics = gates.map { gate in
            guard var known = status.metrics.first(where: { $0.name == gate.metric.name }) else { return gate.initial }
            known.dryRun = gate.metric.dryRun
            return known
        }
        if adopted.metrics.allSatisfy(\.phase.isCompleted) { return end(adopted) }
        adopted.nextTime = next(adopted).map { Instant($0) }
        return adopted
    }
}

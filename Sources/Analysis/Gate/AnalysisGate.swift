package import GraftAPI
package import KubeCore

/// All metrics of an analysis, and what they come to together, by Argo Rollouts' rules: it ends as soon as one metric ends badly, otherwise when all have ended,
/// and is as bad as the worst of them. Metrics of a dry run are waited for, and count for nothing.
package struct AnalysisGate: Sendable {
    package let gates: [MetricGate]

    package init(_ metrics: [AnalysisMetric]) { gates = metrics.map(MetricGate.init) }

    package func begin(at now: Timestamp) -> AnalysisStatus {
        var status = AnalysisStatus()
        status.startTime = Instant(now)
        status.metrics = gates.map(\.initial)
        status.nextTime = next(status).map { Instant($0) }
        return status
    }

    /// Names of the metrics to measure now.
    package func due(_ status: AnalysisStatus, at now: Timestamp) -> [String] {
        upcoming(status).filter { $0.time <= now }.map(\.name)
    }

    /// When the next one is to be measured, which may have passed; nil when the analysis has ended.
    package func next(_ status: AnalysisStatus) -> Timestamp? { upcoming(status).map(\.time).min() }

    /// Takes a measurement of one metric that was finished at `now`. One of a metric that is unknown, or after the end, changes nothing.
    package func advance(_ status: AnalysisStatus, metric name: String, by reading: Reading, at now: Timestamp) -> AnalysisStatus {
        guard !status.phase.isCompleted, let gate = gates.first(where: { $0.metric.name == name }) else { return status }
        var status = status
        let index = status.metrics.firstIndex { $0.name == name } ?? status.metrics.endIndex
        if index == status.metrics.endIndex { status.metrics.append(gate.initial) }
        status.metrics[index] = gate.advance(status.metrics[index], by: reading, at: now).status
        assess(&status, isOver: false)
        status.nextTime = next(status).map { Instant($0) }
        return status
    }

    /// The rollout goes on or is given up: what has not ended ends well, unless something ended badly before.
    package func end(_ status: AnalysisStatus) -> AnalysisStatus {
        guard !status.phase.isCompleted else { return status }
        var status = status
        assess(&status, isOver: true)
        status.nextTime = nil
        return status
    }

    private func upcoming(_ status: AnalysisStatus) -> [(name: String, time: Timestamp)] {
        guard !status.phase.isCompleted, let start = status.startTime else { return [] }
        return gates.compactMap { gate in
            let metric = status.metrics.first { $0.name == gate.metric.name } ?? gate.initial
            return gate.next(metric, startTime: start.time).map { (gate.metric.name, $0) }
        }
    }

    private func assess(_ status: inout AnalysisStatus, isOver: Bool) {
        let counted = status.metrics.filter { !$0.dryRun }
        let endsBadly = counted.contains { $0.phase.isCompleted && $0.phase != .successful }
        if isOver || endsBadly {
            for index in status.metrics.indices where status.metrics[index].phase == .running {
                status.metrics[index].phase = .successful
                status.metrics[index].message = "ended with the analysis"
            }
        } else if !status.metrics.allSatisfy(\.phase.isCompleted) {
            return
        }
        let worst = status.metrics.filter { !$0.dryRun && $0.phase.isCompleted }.max { $0.phase.badness < $1.phase.badness }
        status.phase = worst?.phase ?? .successful
        status.message = worst.flatMap { metric in metric.message.map { String("\(metric.name): \($0)".prefix(512)) } }
    }
}

extension AnalysisPhase {
    fileprivate var badness: Int {
        switch self {
        case .successful, .pending, .running: 0
        case .inconclusive: 1
        case .error: 2
        case .failed: 3
        }
    }
}

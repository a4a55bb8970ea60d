import Analysis
import GraftAPI
import KubeCore

/// Which metric of which run of an analysis; samples that a soak wants are one as well.
struct MeasuredKey: Hashable, Sendable {
    var deployment: ObjectKey
    var rollout: String
    var check: String
    var startTime: Timestamp
    /// Nil: samples of a soak.
    var metric: String?

    init(_ run: AnalysisRun, metric: String?) {
        deployment = ObjectKey(namespace: run.namespace, name: run.deployment)
        rollout = run.rollout
        check = run.check
        startTime = run.startTime
        self.metric = metric
    }
}

/// One metric of a run, as long as somebody asks for it.
struct MeasuredRun: Sendable {
    enum Measure: Sendable {
        case metric(MetricStream)
        case samples(SeriesDemand, sum: Double?)
    }

    let canary: AnalysisRun.Revision
    let stable: AnalysisRun.Revision?
    let startTime: Timestamp
    /// When nobody has asked for so long, nobody will.
    let patience: Duration
    var measure: Measure
    var asked: Duration

    var demands: [SeriesDemand] {
        switch measure {
        case .metric(let stream): stream.demands
        case .samples(let demand, _): [demand]
        }
    }

    /// By what ran, not by what was meant to run. Nil: neither, or before the run began.
    func arm(of record: StreamRecord, at now: Timestamp) -> Arm? {
        guard now - record.from >= startTime else { return nil }
        if record.revision == canary.name, record.digest == canary.digest { return .canary }
        if let stable, record.revision == stable.name, record.digest == stable.digest { return .control }
        return nil
    }

    mutating func receive(_ record: StreamRecord, _ arm: Arm, host: String, stratum: Stratum, now: Timestamp) -> MetricStream.Taking {
        if case .samples(let demand, let sum) = measure {
            guard arm == .canary, case .counter(let increase)? = record.growth[demand] else { return .other }
            measure = .samples(demand, sum: (sum ?? 0) + increase)
            return .counted
        }
        return withStream { $0.receive(record, arm: arm, host: host, stratum: stratum, at: now - record.to) } ?? .other
    }

    /// Changes the stream of a metric in place.
    mutating func withStream<Result>(_ change: (inout MetricStream) -> Result) -> Result? {
        guard case .metric(var stream) = measure else { return nil }
        // Taken out meanwhile, or all that it holds would be copied.
        measure = .samples(stream.demands[0], sum: nil)
        defer { measure = .metric(stream) }
        return change(&stream)
    }
}

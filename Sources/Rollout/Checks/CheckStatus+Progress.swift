import GraftAPI

extension CheckStatus {
    /// One that was not begun yet.
    init(_ kind: Kind, id: String, step: Int?, subject: String) {
        self.init()
        self.id = id
        self.kind = kind
        self.step = step
        self.subject = subject
    }

    /// Whether both are of the same thing, be they the same run of it or not.
    func isOfSameThing(as other: CheckStatus) -> Bool {
        id == other.id && kind == other.kind && step == other.step && subject == other.subject
    }

    /// This run, further on: what those who perform it say, unless they speak of another run, of another rollout, or of less than is known. Its end
    /// counts however little was measured: an analysis that was edited meanwhile counts anew.
    func advanced(by news: CheckStatus) -> CheckStatus {
        guard !phase.isCompleted, isOfSameThing(as: news), startTime == news.startTime, news.phase.stage >= phase.stage,
            news.attempts >= attempts, (news.samples ?? 0) >= (samples ?? 0),
            news.phase.isCompleted || (news.result?.measurementCount ?? 0) >= (result?.measurementCount ?? 0)
        else { return self }
        var next = self
        next.phase = news.phase
        next.message = news.message
        next.attempts = news.attempts
        next.samples = news.samples ?? samples
        next.result = news.result ?? result
        return next
    }

    /// The same from the beginning: what was measured before is of another run.
    func anew(at now: Instant) -> CheckStatus {
        var fresh = CheckStatus(kind, id: id, step: step, subject: subject)
        fresh.startTime = now
        return fresh
    }

    /// It stops although nothing ended it, and nothing is held against what it watched.
    func ended(_ why: String) -> CheckStatus {
        guard !phase.isCompleted else { return self }
        var ended = self
        ended.phase = .successful
        ended.message = why
        ended.result?.phase = .successful
        ended.result?.nextTime = nil
        for index in (ended.result?.metrics ?? []).indices where !(ended.result?.metrics[index].phase.isCompleted ?? true) {
            ended.result?.metrics[index].phase = .successful
        }
        return ended
    }

    var isBad: Bool { phase.isCompleted && phase != .successful }
}

extension AnalysisStatus {
    /// What never gets less: answers without data are counted in succession alone, and begin anew with each that has some.
    fileprivate var measurementCount: Int { metrics.reduce(0) { $0 + $1.count + $1.error } }
}

extension AnalysisPhase {
    /// Phases only go on.
    fileprivate var stage: Int { self == .pending ? 0 : isCompleted ? 2 : 1 }
}

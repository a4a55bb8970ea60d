import Analysis
import GraftAPI
import KubeCore

extension CheckLedger {
    /// What one who asks for a task is told.
    enum Start {
        /// Nobody wants it any more, or it waits for something else.
        case gone
        case later(Duration)
        /// It is called when there is a turn for it.
        case inLine
        case go(Assignment, Recall)
    }

    enum Assignment {
        case metric(AnalysisMetric, AnalysisRun)
        case webhook(WebhookRequest, WebhookWork)
        case samples(HostSeries, AnalysisRun)
        case discovery(PrometheusProvider, AnalysisRun)
    }

    enum Outcome {
        case reading(Reading)
        case webhook(WebhookOutcome)
        /// Nil: no host has told anything.
        case samples(Int64?)
        case discovered(Discovery)
    }

    /// Between two looks at samples, and two questions to a webhook that says Wait and not how long.
    static let pollInterval = Duration.seconds(10)

    mutating func begin(_ task: CheckTask, now: Timestamp) -> Start {
        guard let rollout = rollouts[task.deployment], let entry = rollout.entries[task.check], running[task] == nil,
            let (assignment, time, isSuspect) = assignment(task, entry, rollout.orders, now: now)
        else {
            turns.forget(task)
            return .gone
        }
        if time > now {
            turns.forget(task)
            return .later(time - now)
        }
        guard turns.begin(.init(task: task, isSuspect: isSuspect)) else { return .inLine }
        let recall = Recall()
        running[task] = recall
        return .go(assignment, recall)
    }

    /// It is no longer performed, whatever came of it.
    /// - Returns: who should ask for a turn now.
    mutating func end(_ task: CheckTask) -> [CheckTask] {
        running[task] = nil
        return turns.end(task)
    }

    /// Takes what came of a task that was begun, unless it was recalled. Called before `end`.
    /// - Parameter chance: from 0 up to 1, for the jitter of tries.
    mutating func take(_ outcome: Outcome, of task: CheckTask, recall: Recall, now: Timestamp, chance: Double) -> Effects {
        guard !recall.isFired, running[task] === recall, var entry = rollouts[task.deployment]?.entries[task.check],
            !entry.status.phase.isCompleted
        else { return Effects() }
        var effects = Effects(news: [task.deployment])
        switch (outcome, entry.work) {
        case (.discovered(let discovery), .analysis):
            let pause = entry.take(discovery, start: entry.status.startTime?.time ?? now)
            entry.nextCall = pause.map { now + $0 }
            if entry.gate != nil { effects.due = tasks(of: entry, task.deployment) }
        case (.reading(let reading), .analysis):
            guard let gate = entry.gate, let metric = task.metric, let result = entry.status.result else { return Effects() }
            entry.status.take(gate.advance(result, metric: metric, by: reading, at: now))
        case (.webhook(let outcome), .webhook(let work)):
            let pause = entry.status.take(outcome, of: work, failures: &entry.failures, chance: chance)
            entry.nextCall = pause.map { now + $0 }
        case (.samples(let samples), .samples(_, let count)):
            entry.status.take(samples, wanted: count)
            entry.nextCall = now + Self.pollInterval
        default: return Effects()
        }
        rollouts[task.deployment]?.entries[task.check] = entry
        guard entry.status.phase.isCompleted else { return effects }
        // The others of a check that has ended measure for nobody.
        return Effects(
            recalled: recallOthers(of: task), news: [task.deployment])
    }

    /// When it is due next; nil when it is over.
    func next(_ task: CheckTask, now: Timestamp) -> Timestamp? {
        guard let rollout = rollouts[task.deployment], let entry = rollout.entries[task.check] else { return nil }
        return assignment(task, entry, rollout.orders, now: now)?.1
    }

    private mutating func recallOthers(of task: CheckTask) -> [Recall] {
        recall { $0.deployment == task.deployment && $0.check == task.check && $0 != task }
    }

    private func assignment(_ task: CheckTask, _ entry: Entry, _ orders: CheckOrders, now: Timestamp) -> (
        Assignment, Timestamp, isSuspect: Bool
    )? {
        guard !entry.status.phase.isCompleted else { return nil }
        let run = orders.run(of: entry.status, now: now)
        switch entry.work {
        case .analysis where task.metric == nil:
            guard let level = entry.level, entry.gate == nil else { return nil }
            return (.discovery(level.discovery, run), entry.nextCall ?? now, entry.failures > 0)
        case .analysis:
            guard let result = entry.status.result, let start = result.startTime,
                let gate = entry.gate?.gates.first(where: { $0.metric.name == task.metric })
            else { return nil }
            let status = result.metrics.first { $0.name == gate.metric.name } ?? gate.initial
            guard let next = gate.next(status, startTime: start.time) else { return nil }
            return (.metric(gate.metric, run), next, status.consecutiveError > 0)
        case .webhook(let work):
            return (.webhook(orders.request(of: entry.status, now: now), work), entry.nextCall ?? now, entry.failures > 0)
        case .samples(let series, _): return (.samples(series, run), entry.nextCall ?? now, false)
        }
    }
}

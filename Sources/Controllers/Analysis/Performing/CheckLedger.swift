import Analysis
import GraftAPI
import KubeCore

/// All checks that are to be performed, and how they stand. A state machine: what is to be done about a change is returned.
///
/// It holds what rollouts in progress wait for and nothing else. Everything it knows begins with the status that the engine has decided, so that another
/// controller goes on from there.
struct CheckLedger {
    struct Entry {
        var work: CheckWork
        /// As it stands now.
        var status: CheckStatus
        /// As the engine has it, or was told.
        var told: CheckStatus
        /// Of an analysis that is there and well defined.
        var gate: AnalysisGate?
        /// Of an analysis by a service level: what is to be found out before there is a gate.
        var level: LevelRun?
        /// Of what has no metrics: when to ask again; nil: now.
        var nextCall: Timestamp?
        /// Of the same: tries in succession that came to nothing, as far as this controller knows.
        var failures = 0
    }

    struct Rollout {
        var orders: CheckOrders
        var entries: [String: Entry]
    }

    /// What follows from a change.
    struct Effects {
        var due: [CheckTask] = []
        var recalled: [Recall] = []
        /// Deployments whose checks the engine should look at.
        var news: [ObjectKey] = []

        static func + (left: Effects, right: Effects) -> Effects {
            Effects(due: left.due + right.due, recalled: left.recalled + right.recalled, news: left.news + right.news)
        }
    }

    var rollouts: [ObjectKey: Rollout] = [:]
    var running: [CheckTask: Recall] = [:]
    var turns: CheckTurns
    /// Who is asked for service levels where an analysis names nobody.
    let prometheus: ServiceLevelSource?

    init(limit: Int, prometheus: ServiceLevelSource? = nil) {
        turns = CheckTurns(limit: limit)
        self.prometheus = prometheus
    }

    /// What a deployment's rollout waits for now. What it no longer waits for is recalled; what has begun goes on.
    /// - Parameter definition: looks a `ModuleAnalysis` up.
    mutating func want(_ orders: CheckOrders, now: Timestamp, definition: (ObjectKey) -> ModuleAnalysisSpec?) -> Effects {
        let key = orders.deployment
        guard !orders.orders.isEmpty else { return forget(key) }
        let old = rollouts[key].flatMap { $0.orders.identity == orders.identity ? $0.entries : nil } ?? [:]
        var effects = Effects()
        var entries: [String: Entry] = [:]
        // What goes on does so; of what begins, the background has the first of the room that is left.
        var begun: [(id: String, entry: Entry)] = []
        for order in orders.orders {
            if let known = old[order.status.id], known.status.startTime == order.status.startTime, known.work == order.work {
                entries[order.status.id] = known
                if known.isWaiting { begun.append((order.status.id, known)) }
            } else {
                begun.append((order.status.id, Entry(work: order.work, status: order.status, told: order.status)))
            }
        }
        begun.sort { ($0.entry.status.step == nil ? 0 : 1, $0.id) < ($1.entry.status.step == nil ? 0 : 1, $1.id) }
        for (id, new) in begun {
            var entry = new
            define(&entry, beside: entries, in: key.namespace, now: now, definition)
            if entries[id] != nil, entry.isWaiting {
                entries[id] = entry
                continue
            }
            entries[id] = entry
            effects.recalled += recall { $0.deployment == key && $0.check == id }
            effects.due += tasks(of: entry, key)
        }
        effects.recalled += recall { $0.deployment == key && entries[$0.check] == nil }
        if rollouts[key]?.orders.identity != orders.identity { effects.recalled += recall { $0.deployment == key } }
        rollouts[key] = Rollout(orders: orders, entries: entries)
        if entries.values.contains(where: { $0.status != $0.told }) { effects.news = [key] }
        return effects
    }

    /// The deployment is gone, or waits for nothing.
    mutating func forget(_ key: ObjectKey) -> Effects {
        guard rollouts.removeValue(forKey: key) != nil else { return Effects() }
        return Effects(recalled: recall { $0.deployment == key })
    }

    /// An analysis appeared, changed or is gone.
    mutating func redefine(_ analysis: ObjectKey, now: Timestamp, definition: (ObjectKey) -> ModuleAnalysisSpec?) -> Effects {
        var effects = Effects()
        for (key, rollout) in rollouts where key.namespace == analysis.namespace {
            let entries = rollout.entries.sorted {
                ($0.value.status.step == nil ? 0 : 1, $0.key) < ($1.value.status.step == nil ? 0 : 1, $1.key)
            }
            for (id, entry) in entries {
                guard case .analysis(analysis.name, _) = entry.work else { continue }
                var entry = entry
                let (metrics, level) = (entry.gate?.gates.map(\.metric), entry.level)
                define(&entry, beside: rollouts[key]?.entries ?? [:], in: key.namespace, now: now, definition)
                rollouts[key]?.entries[id] = entry
                guard metrics != entry.gate?.gates.map(\.metric) || level != entry.level else { continue }
                effects.recalled += recall { $0.deployment == key && $0.check == id }
                effects.due += tasks(of: entry, key)
            }
            if rollouts[key]?.entries.values.contains(where: { $0.status != $0.told }) == true { effects.news.append(key) }
        }
        return effects
    }

    /// How a rollout's checks stand; the engine is told of it with this.
    mutating func standing(of key: ObjectKey, _ identity: CheckOrders.Identity) -> [CheckStatus] {
        guard let rollout = rollouts[key], rollout.orders.identity == identity else { return [] }
        for id in rollout.entries.keys { rollouts[key]?.entries[id]?.told = rollout.entries[id]!.status }
        return rollout.entries.values.map(\.status).sorted { $0.id < $1.id }
    }

    /// Whatever is performed that satisfies a condition is not wanted any more.
    mutating func recall(_ isMeant: (CheckTask) -> Bool) -> [Recall] { running.filter { isMeant($0.key) }.map(\.value) }

    func tasks(of entry: Entry, _ key: ObjectKey) -> [CheckTask] {
        guard !entry.status.phase.isCompleted else { return [] }
        let whole = CheckTask(deployment: key, check: entry.status.id)
        guard case .analysis = entry.work else { return [whole] }
        if entry.gate == nil, entry.level != nil { return [whole] }
        return (entry.gate?.gates ?? []).map { CheckTask(deployment: key, check: entry.status.id, metric: $0.metric.name) }
    }

    /// - Parameter others: of the same rollout, and perhaps this one as it was: all of them together measure no more than a status has room for.
    private func define(
        _ entry: inout Entry, beside others: [String: Entry], in namespace: String?, now: Timestamp,
        _ definition: (ObjectKey) -> ModuleAnalysisSpec?
    ) {
        guard case .analysis(let name, let arguments) = entry.work, !entry.status.phase.isCompleted else { return }
        let key = ObjectKey(namespace: namespace, name: name)
        let (known, gate) = (entry.level, entry.gate)
        (entry.gate, entry.level) = (nil, nil)
        func stand(_ problem: String) {
            entry.status.message = String("ModuleAnalysis \(key): \(problem)".prefix(512))
        }
        guard let spec = definition(key) else {
            return stand("there is none; create it, or correct the name in the deployment's strategy")
        }
        do {
            let plan = try AnalysisPlan(spec, arguments: arguments)
            let level = ServiceLevelPlan(spec, plan.serviceLevel, isBackground: entry.status.step == nil)
            let (own, id) = (plan.metrics.count + (level == nil ? 0 : LevelRun.metricCount), entry.status.id)
            let measured = others.filter { $0.key != id && $0.value.metricCount > 0 }
            let sum = measured.values.reduce(0) { $0 + $1.metricCount }
            guard own + sum <= Strategy.mostMetrics else { return stand(Self.tooMany(own, beside: sum, measured.keys.sorted())) }
            if let level {
                guard let source = spec.prometheus ?? prometheus else {
                    return stand("spec.prometheus: wanted with an sli, as this controller was told of no Prometheus of its own")
                }
                let run = LevelRun(plan: level, source: source, metrics: plan.metrics)
                entry.level = run
                // What was found out under the same definition still holds.
                guard run != known || gate == nil else {
                    entry.gate = gate
                    return
                }
                entry.nextCall = nil
                entry.status.message = String("asks \(source.address) which series there are".prefix(512))
                return
            }
            let gate = AnalysisGate(plan.metrics)
            entry.gate = gate
            entry.status.take(gate.adopt(entry.status.result ?? gate.begin(at: entry.status.startTime?.time ?? now)))
        } catch { stand("\(error); correct it") }
    }
}

extension CheckLedger {
    private static func tooMany(_ own: Int, beside sum: Int, _ others: [String]) -> String {
        let most = Strategy.mostMetrics
        guard sum > 0 else { return "found \(own) metrics, wanted at most \(most); divide them among analyses of several steps" }
        return
            "found \(own) metrics, wanted at most \(most - sum): a rollout measures \(most) at one time, and \(others.joined(separator: ", ")) "
            + "\(others.count == 1 ? "has" : "have") \(sum); take some away, or measure them in a step of their own"
    }
}

extension CheckLedger.Entry {
    /// Metrics that it measures, or will once it is known what there is to ask for.
    var metricCount: Int {
        guard !status.phase.isCompleted else { return 0 }
        return gate?.gates.count ?? level.map { $0.metrics.count + LevelRun.metricCount } ?? 0
    }

    /// An analysis that is not there, has a mistake, or for which there is no room.
    var isWaiting: Bool {
        guard case .analysis = work else { return false }
        return gate == nil && level == nil && !status.phase.isCompleted
    }
}

extension CheckStatus {
    /// What an analysis came to so far.
    mutating func take(_ result: AnalysisStatus) {
        self.result = result
        phase = result.phase
        message = result.message
    }
}

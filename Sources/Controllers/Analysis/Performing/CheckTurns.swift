import KubeCore

/// Who may call others at the moment: so many in all, of which a namespace has a quarter at most and a deployment a sixteenth. Whose last call came to nothing
/// shares half of them with its like, so that providers that hang, however many tenants name them, keep no others from being asked.
struct CheckTurns: Sendable {
    struct Bearer: Hashable, Sendable {
        var task: CheckTask
        /// Its last call was an error.
        var isSuspect: Bool
    }

    let limit: Int
    private var running: [CheckTask: Bearer] = [:]
    private var waiting: [Bearer] = []
    private var byNamespace: [String: Int] = [:]
    private var byDeployment: [ObjectKey: Int] = [:]
    private var suspects = 0

    init(limit: Int) { self.limit = max(1, limit) }

    var isEmpty: Bool { running.isEmpty && waiting.isEmpty }

    /// Takes a turn; if there is none, it waits in line.
    mutating func begin(_ bearer: Bearer) -> Bool {
        waiting.removeAll { $0.task == bearer.task }
        guard isFree(for: bearer) else {
            waiting.append(bearer)
            return false
        }
        count(bearer, 1)
        running[bearer.task] = bearer
        return true
    }

    /// Gives a turn back.
    /// - Returns: those who should ask again: as many as there is room for, in their order, from each deployment in turn.
    mutating func end(_ task: CheckTask) -> [CheckTask] {
        guard let bearer = running.removeValue(forKey: task) else { return [] }
        count(bearer, -1)
        var rehearsal = self
        var called: [CheckTask] = []
        for next in waiting where rehearsal.running.count < limit {
            guard rehearsal.isFree(for: next) else { continue }
            rehearsal.count(next, 1)
            rehearsal.running[next.task] = next
            called.append(next.task)
        }
        return called
    }

    /// Nobody waits for it any more.
    mutating func forget(_ task: CheckTask) { waiting.removeAll { $0.task == task } }

    private func isFree(for bearer: Bearer) -> Bool {
        let deployment = bearer.task.deployment
        return running.count < limit && byNamespace[deployment.namespace ?? "", default: 0] < max(1, limit / 4)
            && byDeployment[deployment, default: 0] < max(1, limit / 16) && (!bearer.isSuspect || suspects < max(1, limit / 2))
    }

    private mutating func count(_ bearer: Bearer, _ change: Int) {
        Self.add(change, to: bearer.task.deployment.namespace ?? "", in: &byNamespace)
        Self.add(change, to: bearer.task.deployment, in: &byDeployment)
        if bearer.isSuspect { suspects += change }
    }

    private static func add<Key>(_ change: Int, to key: Key, in counts: inout [Key: Int]) {
        let count = counts[key, default: 0] + change
        counts[key] = count > 0 ? count : nil
    }
}

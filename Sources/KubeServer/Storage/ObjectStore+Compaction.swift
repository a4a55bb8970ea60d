import Synchronization

extension ObjectStore {
    /// Forgets changes that are too old to be asked for, in memory and on disk. Objects as they are now stay.
    func compact() throws { try compact { history, limit in history.trim(to: limit) } }

    /// Forgets every change: whoever asks for a version before now is told that it is too old.
    func compactFully() throws { try compact { history, _ in history.forget(history.changes.count) } }

    private func compact(_ forget: (inout ChangeHistory, Int) -> [Change]) throws {
        var forgotten: [Change] = []
        var floors: [GroupResource: Int64] = [:]
        state.withLock { state in
            for resource in state.resources.keys {
                let changes = state.withResource(resource) { forget(&$0.history, historyLimit) }
                guard let last = changes.last else { continue }
                forgotten += changes
                floors[resource] = last.version
            }
        }
        guard !forgotten.isEmpty else { return }
        let versions = forgotten.flatMap { change in
            [change.previous?.version, change.kind == .deleted ? change.version : nil].compactMap(\.self)
        }
        try log.compact(versions, floors: floors)
    }
}

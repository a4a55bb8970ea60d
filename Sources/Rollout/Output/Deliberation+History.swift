import GraftAPI
import KubeCore

extension Deliberation {
    /// Counts one more rollout of a revision, and gives its number.
    func countAttempt(_ reference: RevisionReference) -> Int {
        let index = historyIndex(of: reference)
        status.history[index].attempts += 1
        status.history[index].time = now.wholeSeconds
        return status.history[index].attempts
    }

    /// Takes over the number of an attempt that the history does not know of.
    func recordAttempt(_ reference: RevisionReference, ofRollout id: String) {
        let index = historyIndex(of: reference)
        let prefix = "\(reference.revision)-"
        let attempt = id.hasPrefix(prefix) ? Int(id.dropFirst(prefix.count)) ?? 1 : 1
        status.history[index].attempts = max(status.history[index].attempts, attempt)
        status.history[index].time = now.wholeSeconds
    }

    private func historyIndex(of reference: RevisionReference) -> Int {
        if let index = status.history.firstIndex(where: { $0.revision == reference.revision }) { return index }
        var entry = HistoryEntry()
        entry.revision = reference.revision
        entry.digest = reference.digest
        entry.version = reference.version ?? ""
        status.history.append(entry)
        return status.history.count - 1
    }

    /// Newest first, with what is known of each revision today; no more than the spec asks to keep, but all that are in use.
    func writeHistory() {
        for index in status.history.indices {
            guard let facts = revisions[status.history[index].revision] else { continue }
            status.history[index].number = facts.number
            status.history[index].version = facts.version
            status.history[index].digest = facts.digest
            status.history[index].source = facts.source
            status.history[index].outcome = facts.outcome
            status.history[index].message = facts.message
        }
        status.history.sort { ($1.time, $1.number, $1.revision) < ($0.time, $0.number, $0.revision) }
        let used = Set([status.stable, status.canary, status.previous].compactMap { $0?.revision })
        let limit = min(spec.revisionHistoryLimit, 50)
        var kept = 0
        status.history.removeAll { entry in
            guard kept >= limit, !used.contains(entry.revision) else {
                kept += 1
                return false
            }
            return true
        }
    }
}

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

    /// So many entries say why they turned out so, and in so many code points: a status stays small however long the history is, and each
    /// revision's own status says it whole.
    private static let toldHistory = 10
    private static let longestReason = 200

    /// Bytes of all entries: no more are kept, but those in use.
    private static let mostHistory = 10_000

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
        for index in status.history.indices {
            let isRecent = index < Deliberation.toldHistory
            status.history[index].message = isRecent ? status.history[index].message?.bounded(to: Deliberation.longestReason) : nil
        }
        var (kept, size) = (0, 0)
        status.history.removeAll { entry in
            size += entry.writtenSize
            guard kept >= limit || size > Deliberation.mostHistory, !used.contains(entry.revision) else {
                kept += 1
                return false
            }
            return true
        }
    }
}

extension HistoryEntry {
    /// Bytes of it as it is written, with the names of its fields.
    var writtenSize: Int {
        160 + revision.utf8.count + digest.utf8.count + version.utf8.count + source.utf8.count + (message?.utf8.count ?? 0)
    }
}

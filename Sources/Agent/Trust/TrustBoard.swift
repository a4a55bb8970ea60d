import Synchronization

/// What was found last about each revision on this host.
final class TrustBoard: Sendable {
    private struct State {
        var findings: [InstalledRevision: TrustFinding] = [:]
        var isJudged = false
    }

    private let state = Mutex(State())

    var findings: [InstalledRevision: TrustFinding] { state.withLock { $0.findings } }
    /// All that is on the host was judged at least once.
    var isJudged: Bool { state.withLock { $0.isJudged } }

    /// Notes what was found, unless later policies said otherwise already.
    /// - Returns: the finding before, when this one is news.
    @discardableResult
    func note(_ finding: TrustFinding, about revision: InstalledRevision) -> TrustFinding?? {
        state.withLock { state in
            let before = state.findings[revision]
            if let before, before.stamp > finding.stamp { return nil }
            state.findings[revision] = finding
            var same = finding
            same.stamp = before?.stamp ?? finding.stamp
            return before == same ? nil : .some(before)
        }
    }

    /// A pass over all that is on the host has ended.
    /// - Returns: whether it was the first.
    func passed(over revisions: Set<InstalledRevision>) -> Bool {
        state.withLock { state in
            state.findings = state.findings.filter { revisions.contains($0.key) }
            defer { state.isJudged = true }
            return !state.isJudged
        }
    }
}

import GraftAPI

/// Chooses what to go back to.
enum RollbackTarget {
    /// The stable revision as long as nothing speaks against it (it is what hosts serve, proven or adopted); else the newest Good
    /// one that is not quarantined and passes today's policies. Never `abandoned`.
    static func choose(from revisions: [String: RevisionFacts], stable: RevisionReference?, abandoning abandoned: String?)
        -> RevisionReference?
    {
        if let stable, stable.revision != abandoned {
            guard let facts = revisions[stable.revision] else { return stable }
            if facts.isAllowed, !facts.isCondemned { return stable }
        }
        return
            revisions.values.filter { $0.isProven && $0.name != abandoned }
            .max { ($0.number, $0.name) < ($1.number, $1.name) }?.reference
    }
}

extension Deliberation {
    /// Whether a revision that is wanted is reached at once, without steps: proven, before the stable one, and no further back than
    /// `rollbackWindow` says. A return under way is taken back at once as well, as its hosts have what they left.
    func isWithinRollbackWindow(_ wanted: RevisionFacts) -> Bool {
        guard wanted.isProven else { return false }
        guard let stable = status.stable.flatMap({ revisions[$0.revision] }) else { return true }
        if isRunning, rollout.kind == .return {
            let left = rollout.cause == .distrusted ? status.canary : status.previous
            if left?.revision == wanted.name { return true }
        }
        guard wanted.number < stable.number else { return false }
        guard let window = strategy.rollbackWindow else { return true }
        return revisions.values.count { $0.isProven && $0.number >= wanted.number && $0.number < stable.number } <= window
    }
}

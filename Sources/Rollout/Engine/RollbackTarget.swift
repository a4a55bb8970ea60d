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

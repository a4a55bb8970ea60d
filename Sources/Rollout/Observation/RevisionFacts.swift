package import GraftAPI

/// What is known of a revision of the deployment.
package struct RevisionFacts: Sendable, Hashable {
    package var name: String
    package var number: Int
    package var digest: String
    package var configHash: String
    package var version: String
    package var source: String
    package var outcome: ModuleRevisionStatus.Outcome
    /// Why it turned out so.
    package var message: String?
    package var quarantine: QuarantineFacts?
    /// Why today's policies would not let it through; nil when they do.
    package var refusal: Refusal?
    /// How far policies let it go; nil: to every host.
    package var allowance: WeightAllowance?
    /// What policies want done where hosts run it although they refuse it; nil: nothing moves.
    package var withdrawal: Withdrawal?
    /// Who vouched for it, in a sentence; nil when that is not known.
    package var evidence: String?

    package init(
        name: String, number: Int, digest: String, configHash: String = "", version: String, source: String = "",
        outcome: ModuleRevisionStatus.Outcome = .unproven, message: String? = nil, quarantine: QuarantineFacts? = nil,
        refusal: Refusal? = nil
    ) {
        self.name = name
        self.number = number
        self.digest = digest
        self.configHash = configHash
        self.version = version
        self.source = source
        self.outcome = outcome
        self.message = message
        self.quarantine = quarantine
        self.refusal = refusal
    }

    var reference: RevisionReference { RevisionReference(revision: name, digest: digest, version: version) }

    /// Proven, and nothing speaks against it today, on any host: a place to go back to.
    var isProven: Bool { outcome == .good && isAllowed && allowance == nil }

    var isAllowed: Bool { quarantine == nil && refusal == nil }

    /// Someone or something decided against it.
    var isCondemned: Bool { outcome == .bad || outcome == .rejected }
}

/// A quarantine that covers a revision in its namespace.
package struct QuarantineFacts: Sendable, Hashable {
    package var name: String
    /// Running copies must go as well.
    package var evicts: Bool
    package var reason: String

    package init(name: String, evicts: Bool = false, reason: String = "") {
        self.name = name
        self.evicts = evicts
        self.reason = reason
    }
}

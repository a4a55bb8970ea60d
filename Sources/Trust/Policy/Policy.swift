/// Who must have signed what is delivered where. The `VerificationPolicy` of the API, as a value that judges.
package struct Policy: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        /// What it matches must pass it.
        case enforce = "Enforce"
        /// It is judged and reported, but neither grants nor refuses.
        case warn = "Warn"
    }

    /// What a policy covers. Each list must be matched by one of its patterns; an empty list matches nothing.
    package struct Match: Sendable, Hashable {
        package var namespaces: [Glob]
        package var classes: [Glob]
        package var slots: [Glob]
        package var repositories: [Glob]

        package init(namespaces: [Glob], classes: [Glob], slots: [Glob], repositories: [Glob]) {
            self.namespaces = namespaces
            self.classes = classes
            self.slots = slots
            self.repositories = repositories
        }
    }

    package var name: String
    package var match: Match
    package var authorities: [Authority]
    /// How many different ones of them must have signed. 0 only where attestations are demanded.
    package var threshold: Int
    package var attestations: [AttestationDemand]
    package var revoked: Revocation
    package var mode: Mode
    package var signedReference: SignedReference
    /// What is wrong with the policy as it was written. A policy with problems covers at least what it would cover without them,
    /// and passes nothing: a typing error never opens a door.
    package var problems: [String]

    package init(
        name: String, match: Match, authorities: [Authority], threshold: Int = 1, attestations: [AttestationDemand] = [],
        revoked: Revocation = .none, mode: Mode, signedReference: SignedReference = .ignore, problems: [String] = []
    ) {
        self.name = name
        self.match = match
        self.authorities = authorities
        self.threshold = threshold
        self.attestations = attestations
        self.revoked = revoked
        self.mode = mode
        self.signedReference = signedReference
        self.problems = problems
    }
}

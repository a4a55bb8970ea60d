/// What a policy demands to be attested of an artifact.
package struct AttestationDemand: Sendable, Hashable {
    /// What messages and evidence call it.
    package var name: String
    /// Those whose word counts.
    package var authorities: [Authority]
    package var requirement: AttestationRequirement

    package init(name: String, authorities: [Authority], requirement: AttestationRequirement) {
        self.name = name
        self.authorities = authorities
        self.requirement = requirement
    }
}

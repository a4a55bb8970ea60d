/// What a policy demands of an attestation, beyond that it is of the artifact and by the signer.
package struct AttestationRequirement: Sendable, Hashable {
    /// Exact; one of them.
    package var predicateTypes: [String]
    package var rules: [PredicateRule]
    package var provenance: ProvenanceRequirement?

    package init(predicateTypes: [String], rules: [PredicateRule] = [], provenance: ProvenanceRequirement? = nil) {
        self.predicateTypes = predicateTypes
        self.rules = rules
        self.provenance = provenance
    }

    func check(_ statement: Statement, by signer: VerifiedSigner) throws(StatementFailure) {
        guard predicateTypes.contains(where: statement.predicateType.isIdentical) else {
            throw .predicateTypeMismatch(found: String(statement.predicateType.prefix(256)), wanted: predicateTypes)
        }
        try SoftwareBill.check(statement)
        for rule in rules { try rule.check(statement.predicate) }
        try provenance?.check(statement, by: signer)
    }
}

import JSON

/// What a policy demands of SLSA provenance (SLSA v1, Verifying artifacts §3): who built, how, and from what, nothing left open.
package struct ProvenanceRequirement: Sendable, Hashable {
    /// A builder counts only in the word of the signer it is tied to: any signer can write any builder's name.
    package struct Builder: Sendable, Hashable {
        package var id: TextRequirement
        package var signer: SignerRequirement

        package init(id: TextRequirement, signer: SignerRequirement) {
            self.id = id
            self.signer = signer
        }
    }

    package var builders: [Builder]
    /// Exact.
    package var buildTypes: [String]
    /// Their paths begin within the external parameters, every one of which must be named by a rule.
    package var externalParameters: [PredicateRule]

    package init(builders: [Builder], buildTypes: [String], externalParameters: [PredicateRule]) {
        self.builders = builders
        self.buildTypes = buildTypes
        self.externalParameters = externalParameters
    }

    func check(_ statement: Statement, by signer: VerifiedSigner) throws(StatementFailure) {
        let provenance = try Provenance(statement)
        guard builders.contains(where: { $0.id.accepts(provenance.builder) && $0.signer.isMet(by: signer) }) else {
            throw .predicateRejected(rule: "the builder \"\(provenance.builder)\" is none that the policy ties to the signer \(signer)")
        }
        guard buildTypes.contains(where: provenance.buildType.isIdentical) else {
            throw .predicateRejected(rule: "the build type \"\(provenance.buildType)\" is none of the policy's")
        }
        if let place = provenance.firstUnnamed(by: externalParameters) {
            throw .predicateRejected(rule: "the external parameter \(JSONPath(place)) is named by no rule of the policy")
        }
        for rule in externalParameters { try rule.check(provenance.externalParameters) }
    }
}

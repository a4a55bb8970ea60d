import JSON

/// Reads a policy's authorities and what they must attest. What can't be read is a problem, and the policy then passes nothing.
struct AuthorityReader {
    let roots: RootShelf
    private(set) var problems: [String] = []

    init(roots: RootShelf) { self.roots = roots }

    mutating func authority(_ source: PolicySource.Authority) -> Authority {
        let field = "authorities[\(source.name)]"
        if source.keys.isEmpty, source.keyless == nil, source.notation == nil { problems.append("\(field): no key and no identity") }
        var authority = Authority(name: source.name, keys: [])
        for (index, pem) in source.keys.enumerated() {
            do {
                authority.keys.append(try PublicKey(pem: pem))
            } catch {
                problems.append("\(field).\(source.keys.count == 1 ? "key" : "keys[\(index)]"): \(error)")
            }
        }
        authority.weightLimit = source.weightLimit
        if let keyless = source.keyless { read(keyless, "\(field).keyless", into: &authority) }
        if let notation = source.notation { authority.notation = NotationRequirement(notation, "\(field).notation", &problems) }
        return authority
    }

    private mutating func read(_ source: PolicySource.Keyless, _ field: String, into authority: inout Authority) {
        do {
            let issuer = try Self.requirement(source.issuer, source.issuerExpression, "issuer")
            let subject = try Self.requirement(source.subject, source.subjectExpression, "subject")
            var extensions: [String: TextRequirement] = [:]
            for (name, value) in source.extensions { extensions[name] = try .exact(value) }
            authority.identities = [try IdentityRequirement(issuer: issuer, subject: subject, extensions: extensions)]
        } catch {
            problems.append("\(field): \(error)")
        }
        if source.roots.isEmpty { problems.append("\(field).trustRoots: empty; name at least one TrustRoot") }
        for name in source.roots {
            do {
                authority.roots.append(try roots.root(named: name))
            } catch {
                problems.append("\(field).trustRoots: \(error)")
            }
        }
        authority.needsLog = source.needsLog
    }

    private static func requirement(_ text: String?, _ expression: String?, _ name: String) throws -> TextRequirement {
        switch (text, expression) {
        case (let text?, nil): return try .exact(text)
        case (nil, let expression?): return try .matching(expression)
        default: throw PolicyProblem("wanted exactly one of \(name) and \(name)RegExp")
        }
    }

    mutating func attestation(_ source: PolicySource.Attestation, among all: [Authority]) -> AttestationDemand {
        let field = "attestations[\(source.name)]"
        if source.predicateType.isEmpty { problems.append("\(field).predicateType: empty") }
        for name in source.authorities where !all.contains(where: { $0.name == name }) {
            problems.append("\(field).authorities: \"\(name)\" is none of the policy's authorities")
        }
        let authorities = source.authorities.isEmpty ? all : all.filter { source.authorities.contains($0.name) }
        if !authorities.isEmpty, authorities.allSatisfy(\.attestsNothing) {
            problems.append("\(field).authorities: notation signatures attest nothing; name an authority with a key or an identity")
        }
        var requirement = AttestationRequirement(
            predicateTypes: [PredicateType.expanded(source.predicateType)], rules: rules(source.rules, "\(field).rules"))
        if let provenance = source.provenance {
            requirement.provenance = self.provenance(provenance, "\(field).provenance", of: authorities)
        }
        return AttestationDemand(name: source.name, authorities: authorities, requirement: requirement)
    }

    /// A builder counts in the word of the attestation's authorities alone.
    private mutating func provenance(
        _ source: PolicySource.Provenance, _ field: String, of authorities: [Authority]
    ) -> ProvenanceRequirement {
        if source.builders.isEmpty { problems.append("\(field).builders: empty; name at least one") }
        if source.buildTypes.isEmpty { problems.append("\(field).buildTypes: empty; name at least one") }
        let signers = authorities.flatMap { authority -> [SignerRequirement] in
            (authority.keys.isEmpty ? [] : [.keys(authority.keys.map { ManagedKey($0) })])
                + (authority.identities.isEmpty ? [] : [.identities(authority.identities)])
        }
        var builders: [ProvenanceRequirement.Builder] = []
        for name in source.builders {
            do {
                let id = try TextRequirement.exact(name)
                builders += signers.map { .init(id: id, signer: $0) }
            } catch {
                problems.append("\(field).builders: \(error)")
            }
        }
        return ProvenanceRequirement(
            builders: builders, buildTypes: source.buildTypes,
            externalParameters: rules(source.externalParameters, "\(field).externalParameters"))
    }

    private mutating func rules(_ sources: [JSON], _ field: String) -> [PredicateRule] {
        var rules: [PredicateRule] = []
        for (index, source) in sources.enumerated() {
            do {
                rules.append(try PredicateRule(source, at: "\(field)[\(index)]"))
            } catch {
                problems.append("\(error)")
            }
        }
        return rules
    }
}

package import GraftAPI
import JSON
import KubeCore
import Schema
package import Trust

extension PolicySet {
    /// The policies of a cluster, as `Trust` judges by them, with the roots that they name.
    package init(_ policies: [VerificationPolicy], roots: RootShelf = .empty) {
        self.init(policies.map { Policy(PolicySource($0), roots: roots) })
    }
}

extension PolicySource {
    package init(_ policy: VerificationPolicy) {
        let spec = policy.spec
        self.init(
            name: policy.metadata.name, namespaces: spec.match.namespaces, classes: spec.match.classes, slots: spec.match.slots,
            repositories: spec.match.repositories,
            authorities: spec.authorities.map(Authority.init),
            mode: spec.mode.rawValue)
        problems = policy.problems
        threshold = spec.threshold
        attestations = spec.attestations.map(Attestation.init)
        if let revoked = spec.revoked {
            self.revoked = Revocation(
                keys: Set(revoked.keys),
                identities: Set(revoked.identities.map { Revocation.Identity(issuer: $0.issuer, subject: $0.subject) }))
        }
    }
}

extension PolicySource.Authority {
    init(_ authority: PolicyAuthority) {
        self.init(
            name: authority.name, keys: authority.key.map { [$0.data] } ?? [], keyless: authority.keyless.map(PolicySource.Keyless.init),
            notation: authority.notation.map(PolicySource.Notation.init))
        if let limit = authority.upToWeight { weightLimit = limit.basisPoints }
    }
}

extension PolicySource.Keyless {
    init(_ identity: KeylessIdentity) {
        self.init()
        issuer = identity.issuer
        issuerExpression = identity.issuerRegExp
        subject = identity.subject
        subjectExpression = identity.subjectRegExp
        for wanted in identity.extensions { extensions[wanted.name] = wanted.value }
        roots = identity.trustRoots
        needsLog = identity.transparencyLog == .required
    }
}

extension PolicySource.Notation {
    init(_ signer: NotationSigner) {
        self.init()
        certificates = signer.certificates
        signingAuthorities = signer.signingAuthorities
        timestampAuthorities = signer.timestampAuthorities
        identities = signer.identities
    }
}

extension PolicySource.Attestation {
    init(_ required: RequiredAttestation) {
        self.init(name: required.name, predicateType: required.predicateType)
        authorities = required.authorities
        rules = required.rules.map(\.json)
        provenance = required.provenance.map {
            .init(builders: $0.builders, buildTypes: $0.buildTypes, externalParameters: $0.externalParameters.map(\.json))
        }
    }
}

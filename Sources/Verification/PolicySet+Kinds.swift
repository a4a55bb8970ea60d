package import GraftAPI
package import KubeCore
package import Trust

extension PolicySet {
    /// The policies of a cluster, as `Trust` judges by them.
    package init(_ policies: [VerificationPolicy]) { self.init(policies.map { Policy(PolicySource($0)) }) }
}

extension PolicySource {
    package init(_ policy: VerificationPolicy) {
        let match = policy.spec.match
        self.init(
            name: policy.metadata.name, namespaces: match.namespaces, classes: match.classes, slots: match.slots,
            repositories: match.repositories,
            authorities: policy.spec.authorities.map { Authority(name: $0.name, keys: $0.key.map { [$0.data] } ?? []) },
            mode: policy.spec.mode.rawValue)
    }
}

extension VerificationEvidence {
    /// What a status keeps of the evidence.
    package init(_ evidence: Evidence, time: Timestamp) {
        self.init(
            policy: evidence.policy, authority: evidence.authority, keyFingerprint: evidence.keyFingerprint,
            signatureDigest: evidence.signatureDigest, time: time)
    }
}

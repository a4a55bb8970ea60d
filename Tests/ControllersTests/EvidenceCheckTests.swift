import GraftAPI
import KubeCore
import Rollout
import Testing
import Trust
import Verification

@testable import Controllers

/// What follows from kept evidence, and from what the registry told, where a policy wants what it accepts no more withdrawn.
@Suite struct EvidenceCheckTests {
    private static let old = key()
    private static let new = key()
    private static let delivery = Delivery(
        namespace: "payments", class: "edge", slot: "net/filter", repository: "registry.example/modules/http")

    private static func key() -> PrivateKey { PrivateKey.ofSeed() }

    private static func policy(
        _ keys: [(name: String, key: PrivateKey, upTo: Int?)], named name: String = "edge", threshold: Int = 1,
        mode: VerificationPolicySpec.Mode = .enforce
    ) -> VerificationPolicy {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"])
        spec.authorities = keys.map { entry in
            var authority = PolicyAuthority(name: entry.name, key: AuthorityKey(data: entry.key.publicKey.pem))
            authority.upToWeight = entry.upTo.map { Weight(percent: $0) }
            return authority
        }
        spec.threshold = threshold
        spec.mode = mode
        return VerificationPolicy(metadata: ObjectMeta(name: name), spec: spec)
    }

    private static func revision(signedBy keys: [PrivateKey]) -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        spec.version = "1.1.0"
        spec.digest = "sha256:" + String(repeating: "a", count: 64)
        var status = ModuleRevisionStatus()
        status.evidence = keys.map { key in
            var evidence = VerificationEvidence()
            evidence.keyFingerprint = key.publicKey.fingerprint
            return evidence
        }
        return ModuleRevision(metadata: ObjectMeta(name: "http-1", namespace: "payments"), spec: spec, status: status)
    }

    private func finding(
        _ policies: [VerificationPolicy], signedBy keys: [PrivateKey], look: SignatureLook? = nil,
        responses: [String: DistrustResponse] = ["edge": DistrustResponse(action: .rollBack, maxUnavailable: .count(3))]
    ) -> EvidenceCheck.Finding {
        EvidenceCheck(policies: PolicySet(policies)) { responses[$0] }.finding(
            on: Self.revision(signedBy: keys), Self.delivery, look: look)
    }

    @Test func `what satisfies every policy needs nothing`() {
        let finding = finding([Self.policy([("release", Self.old, nil)])], signedBy: [Self.old])
        #expect(finding.refusal == nil && finding.allowance == nil && finding.withdrawal == nil && finding.want == nil)
    }

    @Test(
        arguments: [
            (nil, true), (.unreachable, false), (.accepted, false),
        ] as [(SignatureLook?, Bool)])
    func `a signer who is dropped is certain, and withdrawn once the registry was asked, whether it answered or not`(
        look: SignatureLook?, isPending: Bool
    ) {
        let finding = finding([Self.policy([("release", Self.new, nil)])], signedBy: [Self.old], look: look)
        #expect(finding.refusal?.reason == "Distrusted" && finding.refusal?.policy == "edge")
        #expect(finding.withdrawal == Withdrawal(limits: [.count(3)], isPending: isPending))
        #expect(finding.want == .signatures)
    }

    @Test func `without a policy, or with one that can't be read, it is refused and nothing is withdrawn or looked for`() {
        for policies in [[], [Self.policy([], named: "edge")]] as [[VerificationPolicy]] {
            let finding = finding(policies, signedBy: [Self.old])
            #expect(finding.refusal != nil && finding.withdrawal == nil && finding.want == nil)
        }
    }

    @Test func `where the policy that refuses it asks for no more, nothing is withdrawn, whatever another says`() {
        let policies = [Self.policy([("release", Self.old, nil)]), Self.policy([("release", Self.new, nil)], named: "strict")]
        #expect(finding(policies, signedBy: [Self.old], look: .unreachable).withdrawal == nil)
        #expect(finding(policies, signedBy: [Self.old], look: .unreachable).refusal?.policy == "strict")
    }

    @Test func `one in mode Warn neither refuses nor withdraws nor limits`() {
        let policies = [
            Self.policy([("release", Self.old, nil)], named: "other"), Self.policy([("release", Self.new, 10)], named: "edge", mode: .warn),
        ]
        let finding = finding(policies, signedBy: [Self.old])
        #expect(finding.refusal == nil && finding.allowance == nil)
    }

    @Test func `what the registry's proofs tell wins over what is kept`() {
        let refusal = Refusal(.verified, reason: "Distrusted", message: "the certificate's authority is gone")
        let finding = finding(
            [Self.policy([("release", Self.old, nil)])], signedBy: [Self.old], look: .disproved(refusal, policies: ["edge"]))
        #expect(finding.refusal == refusal && finding.withdrawal == Withdrawal(limits: [.count(3)]))
    }

    @Test(
        arguments: [
            // signed by old, by new, threshold, weight of old, weight of new → weight
            (true, false, 1, 10, nil, 10), (false, true, 1, 10, nil, nil), (true, true, 1, 10, nil, nil), (true, true, 2, 10, nil, 10),
            (true, true, 2, 10, 30, 10), (true, true, 1, 10, 30, 30), (true, true, 2, nil, nil, nil), (true, false, 1, 0, nil, 0),
        ] as [(Bool, Bool, Int, Int?, Int?, Int?)])
    func `the weight is that for which enough signers vouch`(
        byOld: Bool, byNew: Bool, threshold: Int, old: Int?, new: Int?, weight: Int?
    ) {
        let policy = Self.policy([("staging", Self.old, old), ("release", Self.new, new)], threshold: threshold)
        let keys = (byOld ? [Self.old] : []) + (byNew ? [Self.new] : [])
        let finding = finding([policy], signedBy: keys)
        #expect(finding.refusal == nil)
        #expect(finding.allowance?.weight == weight.map { Weight(percent: $0) })
        #expect(finding.want == (weight == nil ? nil : .signatures))
        if byOld, !byNew, weight != nil {
            #expect(finding.allowance?.refusal.message.contains("lets staging vouch for \(weight!)%") == true)
            #expect(finding.allowance?.refusal.message.contains("release must have signed it") == true)
        }
    }

    @Test func `the least of what several policies allow counts`() {
        let policies = [
            Self.policy([("staging", Self.old, 30)], named: "a"),
            Self.policy([("staging", Self.old, 20), ("release", Self.new, nil)], named: "b"),
        ]
        let finding = finding(policies, signedBy: [Self.old])
        #expect(finding.allowance?.weight == Weight(percent: 20) && finding.allowance?.refusal.policy == "b")
    }
}

extension PrivateKey {
    /// A new one; the system's randomness does not fail.
    fileprivate static func ofSeed() -> PrivateKey {
        guard let key = try? PrivateKey.generate() else { preconditionFailure("no key could be made") }
        return key
    }
}

import GraftAPI
import KubeCore
import Testing

@Suite("The hash of evidence") struct EvidenceHashTests {
    private let first = Self.evidence("a")
    private let second = Self.evidence("b")

    @Test("The same signatures have the same hash: in any order, said twice, under policies of any name, whenever it was")
    func same() {
        var renamed = first
        (renamed.policy, renamed.authority, renamed.terms) = ("other", "else", "sha256:other")
        renamed.time = Timestamp(seconds: 99)
        let hash = EvidenceHash.of([first, second])
        #expect(EvidenceHash.of([second, renamed, first]) == hash)
        #expect(hash.hasPrefix("sha256:") && hash.utf8.count == 71)
    }

    @Test(
        "Another signature has another hash",
        arguments: [
            { $0.keyFingerprint = "x" }, { $0.signatureDigest = "x" }, { $0.manifest = "x" }, { $0.issuer = "x" }, { $0.subject = "x" },
            { $0.log = "x" }, { $0.logIndex = 8 }, { $0.signedAt = Timestamp(seconds: 8) }, { $0.log = nil },
        ] as [@Sendable (inout VerificationEvidence) -> Void])
    func other(change: @Sendable (inout VerificationEvidence) -> Void) {
        var changed = first
        change(&changed)
        #expect(EvidenceHash.of([changed]) != EvidenceHash.of([first]))
        #expect(EvidenceHash.of([first]) != EvidenceHash.of([first, second]))
    }

    private static func evidence(_ key: String) -> VerificationEvidence {
        var evidence = VerificationEvidence()
        (evidence.policy, evidence.authority, evidence.keyFingerprint) = ("policy", "authority", key)
        (evidence.signatureDigest, evidence.manifest) = ("sha256:s", "sha256:m")
        (evidence.issuer, evidence.subject, evidence.log, evidence.logIndex) = ("i", "s", "l", 7)
        evidence.signedAt = Timestamp(seconds: 7)
        return evidence
    }
}

import Testing

@testable import Trust

/// The cases of sigstore-conformance. That a case is refused isn't enough: it is refused for its reason. Where a case has more than one defect,
/// the reason is the first in the order of checks; single-defect forgeries of each kind stand in `MutantTests`.
@Suite struct ConformanceTests {
    /// The reason, or nil for a case that is accepted.
    static let reasons: [String: String?] = [
        "bundle-empty-certificate-chain_fail": "certificateMissing",
        "bundle-from-wrong-instance_fail": "logUnknown",
        "bundle-invalid-base64-signature_fail": "bundleMalformed",
        "bundle-malformed-json_fail": "bundleMalformed",
        "bundle-negative-log-index_fail": "bundleMalformed",
        "bundle-unknown-version_fail": "bundleVersion",
        "bundle-with-root-cert_fail": "rootInBundle",
        "bundle-with-sct-with-extensions": nil,
        "checkpoint-bad-keyhint_fail": "checkpointUnsigned",
        "checkpoint-wrong-roothash_fail": "checkpointMismatch",
        "dsse-invalid-sig_fail": "entryMismatch(signature)",
        "dsse-mismatch-envelope_fail": "entryMismatch(signature)",
        "dsse-mismatch-sig_fail": "entryMismatch(signature)",
        "happy-path-intoto-in-dsse-v3": nil,
        "happy-path-v0.1": nil,
        "happy-path-v0.2": nil,
        "happy-path-v0.3": nil,
        "happy-path-v0.3-new-mediaType": nil,
        "inclusion-proof-corrupted-hash_fail": "proofInvalid",
        "incorrect-public-key_fail": "setInvalid",
        "integrated-time-in-future_fail": "certificateNotValidAt",
        "intoto-expired-certificate_fail": "certificateNotValidAt",
        "intoto-log-entry-mismatch_fail": "entryMismatch(signature)",
        "intoto-missing-inclusion-proof_fail": "proofMissing",
        "intoto-set-outside-signing-cert-validity_fail": "certificateNotValidAt",
        "intoto-tsa-timestamp-outside-cert-validity_fail": "certificateNotValidAt",
        "intoto-with-custom-trust-root": nil,
        "invalid-checkpoint-signature_fail": "checkpointSignature",
        "invalid-ct-key_fail": "ctLogUnknown",
        "invalid-inclusion-proof_fail": "checkpointMissing",
        "managed-key-and-trusted-root": nil,
        "managed-key-happy-path": nil,
        "managed-key-no-key_fail": "keyMissing",
        "managed-key-wrong-key_fail": "policyInvalid",
        "message-digest-mismatch_fail": "digestHintMismatch",
        "rekor2-checkpoint-cosigned": nil,
        "rekor2-checkpoint-missing-log-signature_fail": "checkpointUnsigned",
        "rekor2-checkpoint-missing-origin_fail": "checkpointSignature",
        "rekor2-checkpoint-missing-root-hash_fail": "checkpointSignature",
        "rekor2-checkpoint-missing-size_fail": "checkpointSignature",
        "rekor2-checkpoint-multiple-cosigs": nil,
        "rekor2-checkpoint-no-matching-signature_fail": "checkpointUnsigned",
        "rekor2-checkpoint-origin-not-first": nil,
        "rekor2-checkpoint-two-sigs-cosigned": nil,
        "rekor2-checkpoint-two-sigs-from-origin": nil,
        "rekor2-dsse-happy-path": nil,
        "rekor2-dsse-invalid-sig_fail": "entryMismatch(signature)",
        "rekor2-dsse-mismatch-envelope_fail": "entryMismatch(signature)",
        "rekor2-dsse-mismatch-sig_fail": "entryMismatch(signature)",
        "rekor2-happy-path": nil,
        "rekor2-no-inclusion-proof_fail": "proofMissing",
        "rekor2-no-timestamp_fail": "noTrustedTime",
        "rekor2-timestamp-outside-trust-root-tsa-validity_fail": "noTrustedTime: tsaWindow",
        "rekor2-timestamp-outside-tsa-cert-validity_fail": "noTrustedTime: tsaChain",
        "rekor2-timestamp-payload-mismatch_fail": "noTrustedTime: tsaImprint",
        "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": "noTrustedTime: tsaSigner",
        "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": "noTrustedTime: tsaSigner",
        "rekor2-timestamp-with-embedded-cert": nil,
        "rekor2-timestamp-with-expired-cert-chain": nil,
        "rekor2-timestamp-with-incorrect-time_fail": "bundleMalformed",
        "rekor2-timestamp-without-embedded-cert": nil,
        "set-invalid-signature_fail": "setInvalid",
        "signature-mismatch_fail": "entryMismatch(signature)",
        "trust-root-tlog-missing-validity-start_fail": "windowMissing",
        "trust-root-tlog-validity-end-inclusive": nil,
        "trust-root-tsa-validity-end-inclusive": nil,
        "wrong-hashedrekord-artifact_fail": "entryMismatch(signature)",
        "wrong-hashedrekord-cert-and-sig_fail": "entryMismatch(signature)",
        "wrong-hashedrekord-entry_fail": "entryMismatch(signature)",
        "wrong-material_fail": "entryMismatch(digest)",
    ]

    @Test(arguments: (try? BundleCase.all("conformance")) ?? [])
    func `each case gets its verdict, for its reason`(example: BundleCase) throws {
        let wanted = try #require(Self.reasons[example.name], "no reason for \(example.name)")
        switch try example.verify() {
        case .success: #expect(wanted == nil)
        case .failure(let failure): #expect(failure.reason == wanted, "\(failure)")
        }
        #expect((wanted != nil) == example.name.hasSuffix("_fail"))
    }

    @Test func `every case is looked at`() throws {
        #expect(Self.reasons.count == 70)
        #expect(try BundleCase.all("conformance").map(\.name).sorted() == Self.reasons.keys.sorted())
    }
}

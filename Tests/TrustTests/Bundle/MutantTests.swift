import Testing

@testable import Trust

/// Bundles of a private PKI, each signed anew with exactly one defect, so that a verifier that lacks the check accepts it.
@Suite struct MutantTests {
    /// The reason, or nil for a bundle that is accepted.
    static let reasons: [String: String?] = [
        "bundle-unknown-field_fail": "bundleMalformed",
        "cert-ca-window-ended_fail": "caWindow",
        "cert-critical-unknown_fail": "leafProfile(critical)",
        "cert-eku-serverauth_fail": "leafProfile(eku)",
        "cert-issued-by-leaf_fail": "untrustedChain",
        "cert-issuer-missing_fail": "issuerMismatch",
        "cert-issuer-other_fail": "issuerMismatch",
        "cert-issuer-v1-v2-conflict_fail": "issuerConflict",
        "cert-ku-keyencipherment_fail": "leafProfile(ku)",
        "cert-leaf-is-ca_fail": "leafProfile(ca)",
        "cert-san-email-not-uri_fail": "identityMismatch",
        "cert-san-other_fail": "identityMismatch",
        "cert-untrusted-ca-in-bundle_fail": "rootInBundle",
        "cert-untrusted-ca_fail": "untrustedChain",
        "checkpoint-no-signature_fail": "checkpointUnsigned",
        "checkpoint-size-leading-zero_fail": "checkpointMalformed",
        "checkpoint-size-mismatch_fail": "checkpointMismatch",
        "checkpoint-wrong-key_fail": "checkpointSignature",
        "digest-hint-wrong_fail": "digestHintMismatch",
        "dsse-entry-other-payload_fail": "entryMismatch(signature)",
        "dsse-entry-other-signature_fail": "entryMismatch(signature)",
        "dsse-in-hashedrekord-v1_fail": "entryUnsupported",
        "dsse-payload-type_fail": "payloadType",
        "dsse-subject-digest-in-sha1-key_fail": "subjectMismatch",
        "dsse-two-signatures_fail": "dsseSignatureCount",
        "entry-duplicated_fail": "duplicateLogEntry",
        "entry-kind-mismatch_fail": "entryMismatch(kind)",
        "entry-other-digest_fail": "entryMismatch(digest)",
        "entry-other-signature_fail": "entryMismatch(signature)",
        "entry-version-unknown_fail": "entryUnsupported",
        "log-unknown-keyid-claims-known_fail": "setInvalid",
        "log-unknown_fail": "logUnknown",
        "proof-hash-added_fail": "proofMalformed",
        "proof-hash-dropped_fail": "proofMalformed",
        "proof-hash-short_fail": "proofMalformed",
        "proof-index-ge-size_fail": "proofMalformed",
        "proof-index-huge_fail": "bundleMalformed",
        "proof-index-negative_fail": "bundleMalformed",
        "proof-index_fail": "proofInvalid",
        "proof-missing-v0.3_fail": "proofMissing",
        "root-tlog-window-not-started_fail": "logWindow",
        "root-unknown-field": nil,
        "sct-missing_fail": "sctMissing",
        "sct-other-issuer_fail": "sctInvalid",
        "sct-outside-log-window_fail": "ctLogWindow",
        "sct-wrong-log_fail": "ctLogUnknown",
        "set-time-after-cert_fail": "certificateNotValidAt",
        "set-time-before-cert_fail": "certificateNotValidAt",
        "set-time-changed_fail": "setInvalid",
        "sig-wrong-key_fail": "signatureInvalid",
        "time-unsigned_fail": "noTrustedTime",
        "tsa-other-signature_fail": "noTrustedTime: tsaImprint",
        "tsa-over-artifact_fail": "noTrustedTime: tsaImprint",
        "tsa-window-ended_fail": "noTrustedTime: tsaWindow",
        "v1-dsse-ed25519": nil,
        "v1-dsse-second-subject": nil,
        "v1-dsse-statement-v0.1": nil,
        "v1-msg-0.1": nil,
        "v1-msg-0.2": nil,
        "v1-msg-last-leaf": nil,
        "v1-msg-p384": nil,
        "v1-msg-p521": nil,
        "v1-msg-p521-sha256-legacy": nil,
        "v1-msg-plus-tsa": nil,
        "v1-msg-rsa-pss_fail": "signatureInvalid",
        "v1-msg-sct-extension": nil,
        "v1-msg-single-leaf-log": nil,
        "v1-msg-tsa-no-set": nil,
        "v2-dsse": nil,
        "v2-msg": nil,
        "v2-msg-extension-line": nil,
        "v2-msg-tsa-no-certs": nil,
        "v2-no-tsa_fail": "noTrustedTime",
        "v2-origin-other_fail": "checkpointMismatch",
        "v2-wrong-signer_fail": "checkpointSignature",
    ]

    /// The same with trust roots that have the defect, or none.
    static let rootReasons: [String: String?] = [
        "ca-intermediate-missing_fail": "untrustedChain",
        "ca-none_fail": "untrustedChain",
        "ca-other-order": nil,
        "ct-none_fail": "ctLogUnknown",
        "ct-second-of-two": nil,
        "ct-window-borrowed_fail": "ctLogWindow",
        "tlog-second-of-two": nil,
        "tsa-none_fail": "noTrustedTime: tsaSigner",
        "tsa-second-of-two": nil,
        "tsa-window-borrowed-empty-chain_fail": "noTrustedTime: tsaWindow",
        "tsa-window-borrowed-other-tsa_fail": "noTrustedTime: tsaWindow",
    ]

    static let cases = ((try? BundleCase.all("mutants")) ?? []) + ((try? BundleCase.all("mutants-roots")) ?? [])

    @Test(arguments: cases)
    func `each bundle gets its verdict, for its reason`(example: BundleCase) throws {
        let reasons = example.suite == "mutants" ? Self.reasons : Self.rootReasons
        let wanted = try #require(reasons[example.name], "no reason for \(example.name)")
        switch try example.verify() {
        case .success(let evidence):
            #expect(wanted == nil)
            #expect(evidence.signer.description.contains("https://ci.example.test/org/repo/build.yml@refs/heads/main"))
            #expect(evidence.logEntries.count == 1 && !evidence.times.isEmpty && evidence.certificateLogs.count == 1)
        case .failure(let failure): #expect(failure.reason == wanted, "\(failure)")
        }
        #expect((wanted != nil) == example.name.hasSuffix("_fail"))
    }

    @Test func `every bundle is looked at`() throws {
        #expect(Self.cases.map(\.name).sorted() == (Array(Self.reasons.keys) + Self.rootReasons.keys).sorted())
        #expect(Self.reasons.count == 75 && Self.rootReasons.count == 11)
    }

    @Test func `another identity, issuer or artifact is refused for every bundle that is accepted`() throws {
        for example in Self.cases where !example.name.hasSuffix("_fail") {
            var changed = example
            changed.subject += "x"
            #expect(try changed.verify().failureReason == "identityMismatch", "\(example.name)")
            changed = example
            changed.issuer += "x"
            #expect(try changed.verify().failureReason == "issuerMismatch", "\(example.name)")
            changed = example
            changed.artifact = "a.txt"
            let reason = try changed.verify().failureReason
            #expect(["entryMismatch(digest)", "subjectMismatch"].contains(reason), "\(example.name) \(reason ?? "accepted")")
        }
    }
}

import Testing

@testable import Trust

/// Certificates, log timestamps and time stamps of the corpora's bundles, each with the reason it is rejected for. What is wrong with a
/// bundle beside these (its signature, its log entry) doesn't show here: such a case is "ok".
@Suite struct KeylessCaseTests {
    @Test func `every case of one defect is rejected for that defect, and no other case is`() throws {
        let wanted = try IdentityRequirement(issuer: .exact(CertificateSample.provider), subject: .exact(CertificateSample.identity))
        let cases = try KeylessCase.all("mutants")
        for one in cases {
            #expect(one.verdict(requiring: wanted) == Self.mutants[one.name] ?? "ok", "\(one.name)")
        }
        #expect(cases.count == 44)
        #expect(Set(Self.mutants.keys).isSubset(of: Set(cases.map(\.name))))
    }

    private static let mutants = [
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
        "cert-untrusted-ca-in-bundle_fail": "untrustedChain",
        "cert-untrusted-ca_fail": "untrustedChain",
        "sct-missing_fail": "sctMissing",
        "sct-other-issuer_fail": "sctInvalid",
        "sct-outside-log-window_fail": "ctLogWindow",
        "sct-wrong-log_fail": "ctLogUnknown",
        "set-time-after-cert_fail": "certificateNotValidAt",
        "set-time-before-cert_fail": "certificateNotValidAt",
        "time-unsigned_fail": "noTrustedTime",
        "tsa-other-signature_fail": "tsaImprint",
        "tsa-over-artifact_fail": "tsaImprint",
        "tsa-window-ended_fail": "tsaWindow",
        "ca-intermediate-missing_fail": "untrustedChain",
        "ca-none_fail": "untrustedChain",
        "ct-none_fail": "ctLogUnknown",
        "ct-window-borrowed_fail": "ctLogWindow",
        "tsa-none_fail": "tsaSigner",
        "tsa-window-borrowed-empty-chain_fail": "tsaWindow",
        "tsa-window-borrowed-other-tsa_fail": "tsaWindow",
    ]

    @Test func `the conformance suite's certificates and time stamps get their verdicts`() throws {
        let cases = try KeylessCase.all("conformance")
        for one in cases { #expect(one.verdict() == Self.conformance[one.name] ?? "ok", "\(one.name)") }
        #expect(cases.count == 36)
        #expect(Set(Self.conformance.keys).isSubset(of: Set(cases.map(\.name))))
    }

    private static let conformance = [
        "bundle-from-wrong-instance_fail": "untrustedChain",
        "integrated-time-in-future_fail": "certificateNotValidAt",
        "intoto-expired-certificate_fail": "certificateNotValidAt",
        "intoto-set-outside-signing-cert-validity_fail": "certificateNotValidAt",
        "intoto-tsa-timestamp-outside-cert-validity_fail": "certificateNotValidAt",
        "invalid-ct-key_fail": "ctLogUnknown",
        "rekor2-no-timestamp_fail": "noTrustedTime",
        "rekor2-timestamp-outside-trust-root-tsa-validity_fail": "tsaWindow",
        "rekor2-timestamp-outside-tsa-cert-validity_fail": "tsaChain",
        "rekor2-timestamp-payload-mismatch_fail": "tsaImprint",
        "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": "tsaSigner",
        "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": "tsaSigner",
        "rekor2-timestamp-with-incorrect-time_fail": "certificateNotValidAt",
    ]

    @Test func `bundles that other verifiers test with are judged as they judge them`() throws {
        let cases = try KeylessCase.all("others")
        for one in cases {
            // GitHub's own instance logs no certificates.
            let verdict = one.verdict(needsLog: one.name != "sigstore-java/github-private")
            #expect(verdict == Self.others[one.name] ?? "ok", "\(one.name)")
        }
        #expect(Set(Self.others.keys).isSubset(of: Set(cases.map(\.name))))
        // sigstore-rust #154: two intermediates of one name.
        #expect(cases.contains { $0.name == "sigstore-rust/sct-multi-intermediate" })
    }

    private static let others = [
        "sigstore-java/github-private (public root)": "tsaSigner"
    ]
}

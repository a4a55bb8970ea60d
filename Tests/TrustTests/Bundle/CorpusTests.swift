import JSON
import Testing

@testable import Trust

/// Real bundles, and forgeries of them, of other projects' tests.
@Suite struct CorpusTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var path: String
        var subject: String
        var root = "production"
        /// Nil when it is accepted.
        var reason: String?

        init(_ path: String, by subject: String, root: String = "production", _ reason: String? = nil) {
            self.path = path
            self.subject = subject
            self.root = root
            self.reason = reason
        }

        var testDescription: String { path }
    }

    static let beacon = BundleFixtures.conformanceSubject
    static let robot = "untrusted-sa@sigstore-conformance.iam.gserviceaccount.com"
    static let workflow = "https://github.com/loosebazooka/aa-test/.github/workflows/provenance.yaml@refs/heads/main"
    static let javaStaging = "sigstore-java-staging_trusted_root"

    // All sign a.txt. `bundle.v1.no.inclusion` is accepted: version 0.1 wants a promise and no proof, and the promise holds.
    static let java: [Example] = [
        Example("PKIX_ECDSA_P256_SHA_256.sigstore.json", by: robot), Example("PKIX_ECDSA_P384_SHA_384.sigstore.json", by: robot),
        Example("PKIX_ECDSA_P521_SHA_512.sigstore.json", by: robot), Example("PKIX_RSA_PKCS1V15_2048_SHA256.sigstore.json", by: robot),
        Example("PKIX_RSA_PKCS1V15_3072_SHA256.sigstore.json", by: robot),
        Example("PKIX_RSA_PKCS1V15_4096_SHA256.sigstore.json", by: robot),
        Example("bundle-no-digest.sigstore", by: "appu@google.com", "bundleMalformed"),
        Example("bundle-with-bad-checkpoint-signature.sigstore", by: beacon, "checkpointSignature"),
        Example("bundle-with-expired-cert.sigstore", by: robot, "certificateNotValidAt"),
        Example("bundle-with-mismatched-set.sigstore", by: beacon, "setInvalid"),
        Example("bundle-with-rekor-v2-entry.sigstore", by: "aaronlew@google.com", root: javaStaging),
        Example("bundle-with-timestamp.sigstore", by: "aaronlew@google.com", root: javaStaging),
        Example("bundle-with-wrong-tlog-entry.sigstore", by: "appu@google.com", "entryMismatch(signature)"),
        Example("bundle.dsse.bad-signature.sigstore", by: workflow, "entryMismatch(signature)"),
        Example("bundle.dsse.mismatched-envelope.sigstore", by: beacon, "entryMismatch(signature)"),
        Example("bundle.dsse.mismatched-signature.sigstore", by: beacon, "entryMismatch(signature)"),
        Example("bundle.dsse.rekor-v2.bad-entry-type.sigstore", by: "aaronlew@google.com", root: javaStaging, "entryUnsupported"),
        Example("bundle.dsse.rekor-v2.bad-signature.sigstore", by: beacon, root: "staging", "entryMismatch(signature)"),
        Example("bundle.dsse.rekor-v2.mismatched-envelope.sigstore", by: beacon, root: "staging", "entryMismatch(signature)"),
        Example("bundle.dsse.rekor-v2.mismatched-signature.sigstore", by: beacon, root: "staging", "entryMismatch(signature)"),
        Example("bundle.dsse.rekor-v2.sigstore", by: robot), Example("bundle.dsse.sigstore", by: workflow),
        Example("bundle.sigstore", by: "appu@google.com"), Example("bundle.v1.no.inclusion.sigstore", by: "appu@google.com"),
        Example("bundle.v1.sigstore", by: "appu@google.com"),
        Example("bundle.v2.no.inclusion.sigstore", by: "appu@google.com", "proofMissing"),
        Example("bundle.v2.sigstore", by: "appu@google.com"),
        Example("bundle.v3.no.inclusion.sigstore", by: "appu@google.com", "proofMissing"),
        Example("bundle.v3.sigstore", by: "appu@google.com"),
        Example("bundle.v3_1.no.inclusion.sigstore", by: "appu@google.com", "proofMissing"),
        Example("bundle.v3_1.sigstore", by: "appu@google.com"),
    ]

    @Test(arguments: java)
    func `sigstore-java's bundles get their verdicts, for their reasons`(example: Example) throws {
        let bytes = try BundleFixtures.bytes("sigstore-java/\(example.path)")
        let verifier = BundleVerifier(root: try BundleFixtures.root(example.root))
        let artifact = try BundleFixtures.artifact()
        let requirement = try BundleFixtures.requirement(example.subject)
        let failure = BundleFixtures.failure { () throws(VerificationFailure) in
            _ = try verifier.verify(Bundle(json: bytes), of: artifact, requirement: requirement)
        }
        #expect(failure?.reason == example.reason, "\(failure.map(\.description) ?? "")")
    }

    @Test func `every bundle of sigstore-java is looked at`() throws {
        // Beside them: what GitHub signs for private repositories.
        #expect(Self.java.count == 31)
    }

    /// The digest that a statement names first, under the algorithm.
    func subject(of path: String, _ algorithm: DigestAlgorithm) throws -> Artifact {
        let json = try JSON.parse(BundleFixtures.bytes(path))
        let payload = try #require(Base64.decode(json["dsseEnvelope"]?["payload"]?.string ?? ""))
        let digest = try JSON.parse(payload)["subject"]?[0]?["digest"]?[algorithm.lowercaseName]?.string ?? ""
        return .digest(try #require(MessageDigest(text: "\(algorithm.lowercaseName):\(digest)")))
    }

    func anyone() throws -> SignerRequirement {
        .identities([try IdentityRequirement(issuer: .matching(".+"), subject: .matching(".+"))])
    }

    @Test func `npm's provenance, logged as intoto 0.0.2, verifies by the tarball's SHA-512`() throws {
        let path = "sigstore-go/sigstore.js@2.0.0-provenance.sigstore.json"
        let verifier = BundleVerifier(root: try BundleFixtures.root("sigstore-go-public-good"))
        let requirement = BundleRequirement(
            signer: try anyone(), content: .attestation(AttestationRequirement(predicateTypes: [PredicateType.slsaProvenanceV1])))
        let evidence = try verifier.verify(
            Bundle(json: BundleFixtures.bytes(path)), of: subject(of: path, .sha512), requirement: requirement)
        #expect(evidence.predicateType == PredicateType.slsaProvenanceV1)
        #expect(evidence.logEntries.map(\.index) == [31_821_305])
        #expect(
            evidence.signer.description.contains("https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main"))
        #expect(evidence.times.map(\.source) == [.log("rekor.sigstore.dev")])
        let json = evidence.json
        #expect(json["signer"]?["issuer"] == "https://token.actions.githubusercontent.com")
        #expect(json["times"]?[0] == ["time": "2023-08-18T16:05:35Z", "log": "rekor.sigstore.dev"])
        #expect(json["logEntries"]?[0]?["index"] == 31_821_305)
        #expect(json["trustRoot"]?.string == evidence.rootDigest && json["predicateType"]?.string == PredicateType.slsaProvenanceV1)
    }

    @Test func `npm's publication by a managed key verifies, and under no other key`() throws {
        let path = "sigstore-go/bundle-publish.json"
        let verifier = BundleVerifier(root: try BundleFixtures.root("sigstore-go-public-good"))
        let key = try PublicKey(pem: BundleFixtures.text("keys/npm-publish.pub"))
        let content = BundleRequirement.Content.any
        let bundle = try Bundle(json: BundleFixtures.bytes(path))
        let artifact = try subject(of: path, .sha512)
        let evidence = try verifier.verify(
            bundle, of: artifact, requirement: BundleRequirement(signer: .keys([ManagedKey(key)]), content: content))
        #expect(evidence.signer == .key(key.fingerprint))
        let other = BundleRequirement(signer: .keys([ManagedKey(try Samples.key().publicKey)]), content: content)
        #expect(throws: VerificationFailure.log(.entryMismatch(.certificate))) {
            try verifier.verify(bundle, of: artifact, requirement: other)
        }
    }

    @Test func `a subject that is a user name is matched as one, and logged under the name of the log's host`() throws {
        let bytes = try BundleFixtures.bytes("sigstore-go/othername.sigstore.json")
        let bundle = try Bundle(json: bytes)
        guard case .message(let message) = bundle.content, let digest = message.digest else { throw Fixtures.Missing(path: "digest") }
        let verifier = BundleVerifier(root: try BundleFixtures.root("sigstore-go-scaffolding"))
        for (kind, reason) in [(CertificateIdentity.SubjectKind.username, nil), (.email, "identityMismatch"), (.uri, "identityMismatch")] {
            let identity = try IdentityRequirement(issuer: .matching("http.+"), subject: .matching(".+"), kind: kind)
            let failure = BundleFixtures.failure { () throws(VerificationFailure) in
                let evidence = try verifier.verify(
                    bundle, of: .digest(digest), requirement: BundleRequirement(signer: .identities([identity])))
                #expect(evidence.logEntries.count == 1)
            }
            #expect(failure?.reason == reason, "\(failure.map(\.description) ?? "")")
        }
    }

    @Test(arguments: [
        ("dsse.sigstore.json", "rootInBundle"), ("bundle-provenance.json", "rootInBundle"),
        ("dsse-2sigs.sigstore.json", "dsseSignatureCount"),
    ])
    func `old bundles that bring their root along, and envelopes with two signatures, are refused`(file: String, reason: String) throws {
        let bytes = try BundleFixtures.bytes("sigstore-go/\(file)")
        let verifier = BundleVerifier(root: try BundleFixtures.root("sigstore-go-public-good"))
        let requirement = BundleRequirement(signer: try anyone(), content: .any)
        let artifact = try BundleFixtures.artifact()
        let failure = BundleFixtures.failure { () throws(VerificationFailure) in
            _ = try verifier.verify(Bundle(json: bytes), of: artifact, requirement: requirement)
        }
        #expect(failure?.reason == reason)
    }

    @Test func `what GitHub signs for private repositories verifies where the policy waives logs, and only there`() throws {
        let path = "sigstore-java/github-private.sigstore.json"
        let bundle = try Bundle(json: BundleFixtures.bytes(path))
        let artifact = try subject(of: path, .sha256)
        let verifier = BundleVerifier(root: try BundleFixtures.root("github"))
        var requirement = BundleRequirement(
            signer: try anyone(), content: .attestation(AttestationRequirement(predicateTypes: [PredicateType.slsaProvenanceV1])),
            logs: 0, certificateLogs: 0)
        let evidence = try verifier.verify(bundle, of: artifact, requirement: requirement)
        #expect(evidence.times.count == 1 && evidence.logEntries.isEmpty)
        requirement.certificateLogs = 1
        #expect(throws: VerificationFailure.certificateLog(.missing)) {
            try verifier.verify(bundle, of: artifact, requirement: requirement)
        }
        requirement.logs = 1
        #expect(throws: VerificationFailure.log(.logEntryMissing)) { try verifier.verify(bundle, of: artifact, requirement: requirement) }
    }

    @Test func `cosign's attestation of an image verifies by the image's digest`() throws {
        let path = "cosign/oci-attestation.sigstore.json"
        let verifier = BundleVerifier(root: try BundleFixtures.root("production.cosign-testdata"))
        let evidence = try verifier.verify(
            Bundle(json: BundleFixtures.bytes(path)), of: subject(of: path, .sha256),
            requirement: BundleRequirement(
                signer: .identities([BundleFixtures.identity("cody@soyland.com")]), content: .any))
        #expect(evidence.signer.description.contains("cody@soyland.com"))
    }
}

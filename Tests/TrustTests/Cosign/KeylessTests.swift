import JSON
import Testing

@testable import Trust

/// Classic keyless signatures and attestations: certificate, chain and the log's promise stand in annotations.
@Suite struct KeylessTests {
    static let payload = "33ba4626dfdfbf3d385f85e729fe28a2fc5f02ec2206b1b71f50c2694f51a6bc"
    static let subject = "https://ci.example.test/org/repo/build.yml@refs/heads/main"
    static let issuer = "https://issuer.example.test"

    static func annotations(_ name: String) throws -> [String: String] {
        let json = try JSON.parse(BundleFixtures.bytes("classic/\(name).json"))
        return (json["annotations"]?.object ?? [:]).reduce(into: [:]) { $0[$1.0] = $1.1.string }
    }

    func failure(_ annotations: [String: String], payload: String = payload) throws -> VerificationFailure? {
        let digest = try #require(MessageDigest(text: "sha256:\(payload)"))
        let signature = try #require(Base64.decode(annotations[SignatureLayer.signatureAnnotation] ?? ""))
        let root = try BundleFixtures.root("mutants-bundle-unknown-field_fail")
        let identity = try BundleFixtures.identity(Self.subject, issuer: Self.issuer)
        return BundleFixtures.failure { () throws(VerificationFailure) in
            let material = try KeylessMaterial(annotations, signature: signature, timestamped: signature)
            let evidence = try material.verify(.message(.digest(digest)), identities: [identity], roots: [root])
            #expect(evidence.signer.description.contains(Self.subject) && evidence.logEntries.count == 1)
        }
    }

    @Test(arguments: [
        ("ok", nil), ("ok-no-chain", nil), ("cert-missing", "certificateMissing"), ("two-certs", "certificateAmbiguous"),
        ("chain-attacker-root", "untrustedChain"), ("bundle-other-entry", "entryMismatch(signature)"),
        ("bundle-other-cert", "entryMismatch(signature)"),
    ])
    func `each case gets its verdict, for its reason`(name: String, reason: String?) throws {
        let failure = try failure(Self.annotations(name))
        #expect(failure?.reason == reason, "\(failure.map(\.description) ?? "")")
    }

    @Test func `every annotation is held to its rule`() throws {
        let good = try Self.annotations("ok")
        let bundle = try JSON.parse(good[SignatureLayer.bundleAnnotation] ?? "")
        func reason(_ annotation: String, _ text: String?) throws -> String? {
            var changed = good
            changed[annotation] = text
            return try failure(changed)?.reason
        }
        func edited(_ path: String, _ value: JSON?) throws -> String? {
            try reason(SignatureLayer.bundleAnnotation, bundle.changing(path, to: value).text())
        }
        #expect(try reason(SignatureLayer.certificateAnnotation, "x") == "certificateMalformed")
        #expect(try reason(SignatureLayer.chainAnnotation, "x") == "certificateMalformed")
        #expect(try reason(SignatureLayer.bundleAnnotation, nil) == "setMissing")
        #expect(try reason(SignatureLayer.bundleAnnotation, "") == "setMissing")
        #expect(try reason(SignatureLayer.bundleAnnotation, "{") == "bundleMalformed")
        #expect(try reason(SignatureLayer.bundleAnnotation, "{}") == "setMissing")
        #expect(try edited("SignedEntryTimestamp", "AAAA") == "setInvalid")
        #expect(try edited("Extra", 1) == "bundleMalformed")
        #expect(try edited("Payload", nil) == "bundleMalformed")
        #expect(try edited("Payload.integratedTime", 1) == "setInvalid")
        #expect(try edited("Payload.integratedTime", -1) == "bundleMalformed")
        #expect(try edited("Payload.logIndex", 1) == "setInvalid")
        #expect(try edited("Payload.logID", "00") == "logUnknown")
        #expect(try edited("Payload.logID", "ZZ") == "bundleMalformed")
        #expect(try edited("Payload.body", 7) == "bundleMalformed")
        #expect(try edited("Payload.body", "AAAA") == "entryMalformed")
        #expect(try reason(SignatureLayer.timestampAnnotation, "{}") == "bundleMalformed")
        // A time stamp that doesn't verify counts for nothing, and takes nothing away.
        #expect(try reason(SignatureLayer.timestampAnnotation, #"{"SignedRFC3161Timestamp":"AAAA"}"#) == nil)
    }

    @Test func `the signature is over this payload, and the signer is this one`() throws {
        let other = String(repeating: "0", count: 64)
        #expect(try failure(Self.annotations("ok"), payload: other)?.reason == "signatureInvalid")
    }

    @Test func `a layer is tried under keys and identities, each by itself`() throws {
        let layer = try Samples.signature()
        let identity = try BundleFixtures.identity(Self.subject, issuer: Self.issuer)
        let authorities = [Authority(name: "both", keys: [try Samples.key().publicKey], identities: [identity])]
        let claim = CosignSignature.Claim(digest: Samples.digest, repository: Samples.repository, authorities: authorities)
        let verdict = CosignSignature.verify([SignatureManifest(digest: "", layers: [layer])], claim: claim)
        #expect(verdict.failure == nil)
        #expect(verdict.attempts.map(\.failure) == [nil, .bundle(.certificateMissing)])
        #expect(verdict.passed.map(\.evidence) == [nil])
    }

    // MARK: A PKI of our own

    /// A signature of `payload` by a certificate's key, logged while the certificate was valid.
    func signed(_ payload: [UInt8], chain: ChainSample, time: Int64 = ChainSample.time.seconds) throws -> SignatureLayer {
        let signature = try Samples.key(3).sign(payload)
        let certificate = try chain.signer()
        let digest = ContentDigest.hexadecimal(DigestAlgorithm.sha256.hash(payload))
        let body: JSON = [
            "apiVersion": "0.0.1", "kind": "hashedrekord",
            "spec": [
                "data": ["hash": ["algorithm": "sha256", "value": .string(digest)]],
                "signature": [
                    "content": .string(Base64.encode(signature)),
                    "publicKey": ["content": .string(Base64.encode(Array(certificate.pem.utf8)))],
                ],
            ],
        ]
        let log = try LogSample()
        let bundle: JSON = [
            "SignedEntryTimestamp": .string(Base64.encode(try log.promise(body: body.bytes(), time: time, index: 7))),
            "Payload": [
                "body": .string(Base64.encode(body.bytes())), "integratedTime": .integer(time), "logIndex": 7,
                "logID": .string(ContentDigest.hexadecimal(log.id)),
            ],
        ]
        var layer = Samples.layer(payload: payload, signature: Base64.encode(signature))
        layer.annotations[SignatureLayer.certificateAnnotation] = certificate.pem
        layer.annotations[SignatureLayer.bundleAnnotation] = bundle.text()
        return layer
    }

    func verdict(_ layer: SignatureLayer, chain: ChainSample, subject: String = CertificateSample.identity) throws -> SignatureVerdict {
        let log = try LogSample().log()
        let root = TrustedRoot(
            digest: "sha256:own", certificateAuthorities: [try chain.authority()], logs: [log], certificateLogs: [],
            timestampAuthorities: [], skipped: [])
        let identity = try BundleFixtures.identity(subject, issuer: CertificateSample.provider)
        let claim = CosignSignature.Claim(
            digest: Samples.digest, repository: Samples.repository, authorities: [Authority(name: "ci", keys: [], identities: [identity])],
            signedReference: .repository, roots: [root], certificateLogs: 0)
        return CosignSignature.verify([SignatureManifest(digest: "", layers: [layer])], claim: claim)
    }

    @Test func `a classic keyless signature verifies whole, with evidence`() throws {
        let chain = try ChainSample()
        let payload = SimpleSigning(dockerReference: Samples.repository, manifestDigest: Samples.digest).bytes
        let verdict = try verdict(signed(payload, chain: chain), chain: chain)
        #expect(verdict.failure == nil)
        let evidence = try #require(verdict.passed.first?.evidence)
        #expect(evidence.rootDigest == "sha256:own" && evidence.authority == "https://ca.example.test")
        #expect(evidence.times == [.init(time: ChainSample.time, source: .log(LogSample.host))])
        #expect(evidence.logEntries.map(\.index) == [7])
        #expect(verdict.passed.first?.keyFingerprint == (try Samples.key(3).publicKey.fingerprint))
    }

    @Test func `its payload, time, identity and certificate log are held to the policy`() throws {
        let chain = try ChainSample()
        let payload = SimpleSigning(dockerReference: Samples.repository, manifestDigest: Samples.digest).bytes
        func reason(_ layer: SignatureLayer, subject: String = CertificateSample.identity) throws -> String? {
            try verdict(layer, chain: chain, subject: subject).attempts.first?.failure?.reason
        }
        #expect(try reason(signed(payload, chain: chain), subject: "https://other.example.test/x") == "identityMismatch")
        #expect(try reason(signed(payload, chain: chain, time: ChainSample.time.seconds + 3600)) == "certificateNotValidAt")
        let other = SimpleSigning(dockerReference: Samples.repository, manifestDigest: Samples.otherDigest).bytes
        #expect(try reason(signed(other, chain: chain)) == "digestMismatch")
        let elsewhere = SimpleSigning(dockerReference: "registry.example/x", manifestDigest: Samples.digest).bytes
        #expect(try reason(signed(elsewhere, chain: chain)) == "referenceMismatch")
        #expect(try reason(signed([1], chain: chain)) == "payloadMalformed")
        var strict = CosignSignature.Claim(
            digest: Samples.digest, repository: "",
            authorities: [Authority(name: "ci", keys: [], identities: [try BundleFixtures.identity(CertificateSample.identity)])])
        let layer = try signed(payload, chain: chain)
        #expect(
            CosignSignature.verify([SignatureManifest(digest: "", layers: [layer])], claim: strict).attempts.map(\.failure?.name) == [
                "trustRootsFailed"
            ])
        strict.roots = [
            TrustedRoot(
                digest: "", certificateAuthorities: [try chain.authority()], logs: [try LogSample().log()], certificateLogs: [],
                timestampAuthorities: [], skipped: [])
        ]
        #expect(
            CosignSignature.verify([SignatureManifest(digest: "", layers: [layer])], claim: strict).attempts.map(\.failure?.name) == [
                "sctMissing"
            ])
    }

    // MARK: Attestations

    func attestations(_ requirement: AttestationRequirement, key: String = "p256") throws -> SignatureVerdict {
        let layout = try Layout("layouts/cosign-attest", tag: { SignatureManifest.attestationTag(for: $0) })
        let claim = CosignAttestation.Claim(digest: layout.artifact, authorities: try Fixtures.authority(key), requirement: requirement)
        return CosignAttestation.verify(layout.signatures, claim: claim)
    }

    @Test(arguments: [PredicateType.slsaProvenanceV1, PredicateType.spdx, PredicateType.cycloneDX])
    func `each of cosign's attestations satisfies its own type, and no other`(type: String) throws {
        let verdict = try attestations(AttestationRequirement(predicateTypes: [type]))
        #expect(verdict.failure == nil)
        #expect(verdict.attempts.count == 3 && verdict.passed.count == 1)
        #expect(verdict.attempts.compactMap(\.failure?.name) == ["predicateTypeMismatch", "predicateTypeMismatch"])
    }

    @Test func `CVE-2022-35929: attestations of other types don't satisfy the one that is wanted`() throws {
        let verdict = try attestations(AttestationRequirement(predicateTypes: [PredicateType.vulnerabilities]))
        #expect(verdict.failure?.name == "noValidSignature")
        #expect(Set(verdict.attempts.map(\.failure?.name)) == ["predicateTypeMismatch"])
    }

    @Test func `under another key, or about another artifact, no attestation counts`() throws {
        let requirement = AttestationRequirement(predicateTypes: [PredicateType.spdx])
        #expect(Set(try attestations(requirement, key: "p256-other").attempts.map(\.failure?.name)) == ["signatureInvalid"])
        let layout = try Layout("layouts/cosign-attest", tag: { SignatureManifest.attestationTag(for: $0) })
        let claim = CosignAttestation.Claim(
            digest: Samples.digest, authorities: try Fixtures.authority("p256"), requirement: requirement)
        #expect(Set(CosignAttestation.verify(layout.signatures, claim: claim).attempts.map(\.failure?.name)) == ["subjectMismatch"])
    }

    @Test func `the same statements as bundles by referrers verify, with time and log waived`() throws {
        let layout = try Layout("layouts/cosign-bundle")
        let digest = try #require(MessageDigest(text: layout.artifact))
        let bundles = try Fixtures.files("layouts/cosign-bundle/blobs/sha256").filter {
            $0.starts(with: Array("{\"mediaType\":\"application/vnd.dev.sigstore.bundle".utf8))
        }
        #expect(bundles.count == 3)
        var types: Set<String> = []
        for bytes in bundles {
            let bundle = try Bundle(json: bytes)
            let requirement = BundleRequirement(signer: .keys([ManagedKey(try Fixtures.key("p256"))]), content: .any, logs: 0)
            types.insert(try BundleVerifier(root: .empty).verify(bundle, of: .digest(digest), requirement: requirement).predicateType ?? "")
            var strict = requirement
            strict.logs = 1
            #expect(throws: VerificationFailure.log(.logEntryMissing)) {
                try BundleVerifier(root: .empty).verify(bundle, of: .digest(digest), requirement: strict)
            }
        }
        #expect(types == [PredicateType.slsaProvenanceV1, PredicateType.spdx, PredicateType.cycloneDX])
    }
}

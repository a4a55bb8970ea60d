import JSON
import Testing

@testable import Trust

@Suite struct AttestationMakingTests {
    static let provenance: JSON = [
        "buildDefinition": ["buildType": "https://example.test/build/v1", "externalParameters": ["ref": "refs/heads/main"]],
        "runDetails": ["builder": ["id": "https://builder.example.test/v1"]],
    ]
    static let spdx: JSON = ["spdxVersion": "SPDX-2.3", "name": "demo", "packages": []]
    static let cycloneDX: JSON = ["bomFormat": "CycloneDX", "specVersion": "1.5", "components": []]

    static let kinds = [
        (PredicateType.slsaProvenanceV1, provenance), (PredicateType.spdx, spdx), (PredicateType.cycloneDX, cycloneDX),
        ("https://example.test/tested/v1", ["passed": true, "share": 0.5]),
    ]

    private func statement(_ type: String, _ predicate: JSON, digest: String = Samples.digest) throws -> Statement {
        try Statement(about: digest, name: Samples.repository, predicateType: type, predicate: predicate)
    }

    private func key(_ name: String) throws -> PrivateKey { try PrivateKey(pem: Fixtures.text("signing-keys/\(name).key")) }

    static let keys = ["p256", "p384", "p521", "ed25519", "rsa2048"]

    // MARK: What is made is verified

    @Test(arguments: keys, kinds) func `a classic attestation satisfies its type, by its key, for its digest alone`(
        name: String, kind: (type: String, predicate: JSON)
    ) throws {
        let key = try key(name)
        let envelope = try DSSEEnvelope.unsigned(statement(kind.type, kind.predicate), practice: .classic).signed(by: key)
        let layer = SignatureLayer(attestation: envelope, predicateType: kind.type)
        let image = try SignatureImage(for: Samples.digest, layers: [layer], kind: .attestations)
        #expect(image.tag == "sha256-" + String(repeating: "0a", count: 32) + ".att")
        let manifests = [SignatureManifest(digest: image.manifestDigest, layers: [layer])]
        func failure(_ type: String, _ digest: String = Samples.digest, by key: PublicKey) -> VerificationFailure? {
            CosignAttestation.verify(
                manifests,
                claim: CosignAttestation.Claim(
                    digest: digest, authorities: [Authority(name: "release", keys: [key])],
                    requirement: AttestationRequirement(predicateTypes: [type]))
            ).failure
        }
        #expect(failure(kind.type, by: key.publicKey) == nil)
        #expect(failure("https://example.test/other", by: key.publicKey) != nil)
        #expect(failure(kind.type, Samples.otherDigest, by: key.publicKey) != nil)
        #expect(failure(kind.type, by: try Samples.key(9).publicKey) != nil)
    }

    @Test(arguments: keys, kinds) func `a bundle satisfies its type, by its key, for its digest alone`(
        name: String, kind: (type: String, predicate: JSON)
    ) throws {
        let key = try key(name)
        let envelope = try DSSEEnvelope.unsigned(statement(kind.type, kind.predicate), practice: .registry).signed(by: key)
        let document = BundleDocument(envelope, by: key.publicKey)
        let content = BundleRequirement.Content.attestation(AttestationRequirement(predicateTypes: [kind.type]))
        #expect(try failure(document, content, by: key.publicKey) == nil)
        #expect(try failure(document, content, digest: Samples.otherDigest, by: key.publicKey) != nil)
        #expect(try failure(document, .signature, by: key.publicKey) != nil)
        #expect(try failure(document, content, by: try Samples.key(9).publicKey) != nil)
    }

    @Test(arguments: keys) func `a signature in a bundle is one of the artifact, as cosign 3 makes it`(name: String) throws {
        let key = try key(name)
        let statement = try Statement.signature(of: Samples.digest)
        #expect(
            String(decoding: statement.payload, as: UTF8.self)
                == #"{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"\#(String(repeating: "0a", count: 32))"}}],"#
                + #""predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}"#)
        let document = BundleDocument(try DSSEEnvelope.unsigned(statement, practice: .registry).signed(by: key), by: key.publicKey)
        #expect(try failure(document, .signature, by: key.publicKey) == nil)
        #expect(try failure(document, .signature, digest: Samples.otherDigest, by: key.publicKey) != nil)
    }

    private func failure(
        _ document: BundleDocument, _ content: BundleRequirement.Content, digest: String = Samples.digest, by key: PublicKey
    ) throws -> VerificationFailure? {
        let artifact = Artifact.digest(try #require(MessageDigest(text: digest)))
        let verifier = BundleVerifier(root: try BundleFixtures.root())
        return BundleFixtures.failure { () throws(VerificationFailure) in
            _ = try verifier.verify(
                try Bundle(json: document.bytes), of: artifact,
                requirement: BundleRequirement(signer: .keys([ManagedKey(key)]), content: content, logs: 0))
        }
    }

    @Test func `what is signed again by the same key is known, by another it isn't`() throws {
        let statement = try statement(PredicateType.spdx, Self.spdx)
        let envelope = try DSSEEnvelope.unsigned(statement, practice: .classic).signed(by: try Samples.key())
        #expect(envelope.holds(statement, by: try Samples.key().publicKey))
        #expect(!envelope.holds(statement, by: try Samples.key(2).publicKey))
        #expect(
            !envelope.holds(try self.statement(PredicateType.spdx, Self.spdx, digest: Samples.otherDigest), by: try Samples.key().publicKey)
        )
    }

    // MARK: What is made has the shape that cosign gives it

    private func blob(_ layout: String, _ digest: String) throws -> [UInt8] {
        try Fixtures.bytes("layouts/\(layout)/blobs/sha256/\(digest.replacing("sha256:", with: ""))")
    }

    /// The manifests of a layout that aren't the image itself: those of cosign.
    private func manifest(_ layout: String, _ hexadecimal: String) throws -> JSON { try JSON.parse(try blob(layout, hexadecimal)) }

    @Test func `from cosign's envelopes come cosign's attestation layers and image, byte for byte`() throws {
        let digest = "741aa1ee3fde50bf5c533beaad85679b5c989a64ddfcb4404c4a33b1bd5fff8c"
        let manifest = try manifest("cosign-attest", digest)
        var layers: [SignatureLayer] = []
        for layer in try #require(manifest["layers"]?.array) {
            let bytes = try blob("cosign-attest", try #require(layer["digest"]?.string))
            let ours = SignatureLayer(
                attestation: try DSSEEnvelope(json: bytes), predicateType: try #require(layer["annotations"]?["predicateType"]?.string))
            #expect(ours.payload == bytes)
            layers.append(ours)
        }
        let artifact = "sha256:0aa938fa32c20763746ab4021a0a62568359df76fc343b11758b7ce7e341c6cf"
        let image = try SignatureImage(for: artifact, layers: layers, kind: .attestations)
        #expect(layers.count == 3)
        #expect(image.manifestDigest == "sha256:\(digest)")
        #expect(image.config == (try blob("cosign-attest", image.configDigest)))
    }

    @Test(arguments: [
        "1c80bbd73c198c817da5df226dae5e1a630df2263c11712b94b5f653b7f875e8",
        "245f5117a963fc74a4efe6cdf701efc693626f55de1e76eff3809242ddc3d60f",
        "49c56f0601f2e3b31a9c5b2f054b8b715c52999b37fdbe61377e744bca6a9b99",
    ])
    func `from cosign's envelope comes cosign's bundle, but for white space, and its manifest byte for byte`(digest: String) throws {
        let theirs = try manifest("cosign-bundle", digest)
        let bytes = try blob("cosign-bundle", try #require(theirs["layers"]?[0]?["digest"]?.string))
        guard case .envelope(let envelope) = try Bundle(json: bytes).content else { return #expect(Bool(false)) }
        let ours = BundleDocument(envelope, by: try Fixtures.key("p256"))
        // protojson puts white space where it likes, so that nobody relies on its bytes.
        #expect(String(decoding: ours.bytes, as: UTF8.self) == String(decoding: bytes, as: UTF8.self).replacing(", \"", with: ",\""))

        let subject = try #require(theirs["subject"])
        let referrer = BundleReferrer(
            bundle: bytes,
            of: BundleReferrer.Subject(
                mediaType: try #require(subject["mediaType"]?.string), digest: try #require(subject["digest"]?.string),
                size: try #require(subject["size"]?.integer.flatMap { Int(exactly: $0) })),
            predicateType: try #require(theirs["annotations"]?["dev.sigstore.bundle.predicateType"]?.string),
            created: try #require(theirs["annotations"]?["org.opencontainers.image.created"]?.string))
        #expect(ContentDigest.sha256(of: referrer.manifest) == "sha256:\(digest)")
    }

    @Test func `the time of a referrer is written as cosign writes it`() throws {
        let document = BundleDocument(
            DSSEEnvelope(payload: [1], payloadType: Statement.payloadType, signature: [2]), by: try Samples.key().publicKey)
        let subject = BundleReferrer.Subject(mediaType: SignatureImage.manifestMediaType, digest: Samples.digest, size: 7)
        let referrer = BundleReferrer(document, of: subject, predicateType: "x:y", created: Moment(seconds: 1_763_693_260))
        let annotations = try JSON.parse(referrer.manifest)["annotations"]
        #expect(annotations?["org.opencontainers.image.created"]?.string == "2025-11-21T02:47:40Z")
    }

    // MARK: What can't be attested

    static let refused: [(String, JSON, String)] = [
        (PredicateType.spdx, ["name": "demo"], "no SPDX document"),
        (PredicateType.cycloneDX, ["bomFormat": "CycloneDX"], "no CycloneDX document"),
        (PredicateType.slsaProvenanceV1, ["buildDefinition": [:]], "SLSA provenance without the object runDetails"),
        (PredicateType.slsaProvenanceV1, ["buildDefinition": [:], "runDetails": ["builder": [:]]], "SLSA provenance without the text id"),
        ("https://example.test/v1", ["an", "array"], "wanted a JSON object, found array"),
        ("slsa", [:], "the type \"slsa\" is neither one of slsaprovenance1"), ("x y:z", [:], "is neither one of"),
        (":x", [:], "is neither"), ("", [:], "is neither"), ("x:", [:], "is neither"),
    ]

    @Test(arguments: refused)
    func `what the verifier would refuse is not signed`(type: String, predicate: JSON, why: String) {
        let error = #expect(throws: SigningError.self) { try statement(type, predicate) }
        #expect(error?.description.contains(why) == true, "\(error?.description ?? "")")
    }

    @Test func `a predicate that is nested deeper than a verifier reads is not signed`() {
        var predicate: JSON = [:]
        for _ in 0..<80 { predicate = ["deeper": predicate] }
        #expect(throws: SigningError.self) { try statement("https://example.test/v1", predicate) }
    }

    @Test func `only a digest is attested to`() {
        #expect(throws: SigningError.digest("v1")) { try statement(PredicateType.spdx, Self.spdx, digest: "v1") }
    }
}

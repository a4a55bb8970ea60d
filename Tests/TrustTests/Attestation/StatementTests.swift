import JSON
import Testing

@testable import Trust

/// in-toto statements: what is about the artifact, and what only looks so.
@Suite struct StatementTests {
    static let digest = ContentDigest.hexadecimal(DigestAlgorithm.sha256.hash(BundleSample.artifact))

    func reason(_ statement: JSON) throws -> String? { try BundleSample.failure(BundleSample.envelope(statement.bytes()))?.reason }

    @Test(
        arguments: [
            ("_type", "https://in-toto.io/Statement/v0.1", nil), ("_type", "https://in-toto.io/Statement/v2", "statementType"),
            ("_type", nil, "statementMalformed"), ("_type", 1, "statementMalformed"), ("predicateType", nil, "statementMalformed"),
            ("predicateType", "", "statementMalformed"), ("predicateType", .null, "statementMalformed"), ("predicate", nil, nil),
            ("predicate", .null, nil), ("predicate", [], "statementMalformed"), ("predicate", "x", "statementMalformed"),
            ("subject", nil, "statementMalformed"), ("subject", .null, "statementMalformed"), ("subject", [], "statementMalformed"),
            ("subject", [.null], "statementMalformed"), ("subject", [[:]], "statementMalformed"),
            ("subject", [["digest": .null]], "statementMalformed"), ("subject", [["digest": [:]]], "statementMalformed"),
            ("subject", [["digest": ["sha256": .null]]], "statementMalformed"),
            ("subject", [["digest": ["sha256": 1]]], "statementMalformed"),
            ("subject", [["digest": ["sha256": ""]]], "subjectMismatch"),
            ("subject", [["digest": ["SHA256": .string(digest)]]], "subjectMismatch"),
            ("subject", [["digest": ["sha256": .string(digest.uppercased())]]], "subjectMismatch"),
            ("subject", [["digest": ["sha256": .string("sha256:\(digest)")]]], "subjectMismatch"),
            ("subject", [["digest": ["sha1": .string(digest)]]], "subjectMismatch"),
            ("subject", [["name": .string(digest), "digest": ["sha256": "00"]]], "subjectMismatch"),
            ("subject", [["name": 1, "digest": ["sha256": .string(digest)]]], "statementMalformed"),
            ("subject", [["digest": ["sha256": .string(digest)]]], nil),
            ("subject", [["digest": ["sha256": .string(digest), "sha512": "00"]]], "subjectMismatch"),
            ("subject", [["digest": ["sha256": .string(digest), "gitCommit": "00"]]], nil),
            ("somethingNew", 1, nil),
        ] as [(String, JSON?, String?)])
    func `each field is held to its rule`(path: String, value: JSON?, reason: String?) throws {
        #expect(try self.reason(BundleSample.statement().changing(path, to: value)) == reason)
    }

    @Test func `the payload is one document without a key that stands twice`() throws {
        let text = BundleSample.statement().text()
        let twice = text.replacing("\"predicateType\":", with: "\"subject\":[],\"predicateType\":")
        for payload in [twice, text + "{}", text + ",", "\u{FEFF}" + text, "[\(text)]", "", "null"] {
            #expect(try BundleSample.failure(BundleSample.envelope(Array(payload.utf8)))?.reason == "statementMalformed", "\(payload)")
        }
    }

    @Test func `a large artifact is hashed once, however many subjects there are`() throws {
        let artifact = Artifact.bytes([UInt8](repeating: 7, count: 8 << 20))
        let subject: JSON = ["digest": ["sha256": "00", "sha384": "00", "sha512": "00"]]
        let payload = BundleSample.statement(subject: .array([JSON](repeating: subject, count: 1024))).bytes()
        #expect(throws: StatementFailure.self) { try Statement(payload: payload).checkSubject(artifact) }
    }

    @Test(arguments: ["application/json", "application/vnd.in-toto+JSON", "application/vnd.in-toto+json ", "text/plain"])
    func `another payload type says of nothing what it is about`(type: String) throws {
        #expect(try BundleSample.failure(BundleSample.envelope(BundleSample.statement().bytes(), type: type))?.reason == "payloadType")
    }

    @Test func `nothing of a payload is read before its signature holds`() throws {
        let bundle = try BundleSample.envelope(Array("{".utf8))
        #expect(try BundleSample.failure(bundle)?.reason == "statementMalformed")
        let forged = JSON.string(Base64.encode(try Samples.key(4).sign([1])))
        #expect(
            try BundleSample.failure(bundle.changing("dsseEnvelope.signatures.0.sig", to: forged))?.reason == "entryMismatch(signature)")
    }

    @Test func `the pre-authentication encoding is that of the DSSE protocol`() throws {
        let vectors = try JSON.parse(BundleFixtures.bytes("notes/vectors.json"))
        for example in try #require(vectors["pae"]?.array) {
            let payload = try #require(Base64.decode(example["payload"]?.string ?? ""))
            let type = Array((example["payloadType"]?.string ?? "").utf8)
            #expect(
                Base64.encode(DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)) == example["pae"]?.string)
        }
        // The protocol's own example, key and signature included.
        let known = try #require(vectors["dsse"])
        let key = try PublicKey(der: #require(Base64.decode(known["spki"]?.string ?? "")))
        let signature = try #require(Base64.decode(known["signatureDER"]?.string ?? ""))
        let envelope = DSSEEnvelope(
            payload: Array((known["payload"]?.string ?? "").utf8), payloadType: known["payloadType"]?.string ?? "", signature: signature)
        #expect(key.isValid(signature: signature, for: envelope.preAuthenticationEncoding))
        #expect(!key.isValid(signature: signature, for: envelope.payload))
    }

    @Test func `cosign 3's image signature counts as one, any other attestation does not`() throws {
        let signature = try BundleSample.requirement(.signature)
        let image = try BundleSample.envelope(BundleSample.statement(PredicateType.cosignSignature).bytes())
        #expect(try BundleSample.failure(image, signature) == nil)
        let other = try BundleSample.envelope(BundleSample.statement().bytes())
        #expect(try BundleSample.failure(other, signature)?.reason == "predicateTypeMismatch")
        let attestation = try BundleSample.requirement(.attestation(AttestationRequirement(predicateTypes: ["x"])))
        #expect(try BundleSample.failure(BundleSample.message(), attestation)?.reason == "contentMismatch")
    }

    @Test(arguments: [
        ("slsaprovenance", PredicateType.slsaProvenanceV0_2), ("slsaprovenance1", PredicateType.slsaProvenanceV1),
        ("spdxjson", PredicateType.spdx), ("cyclonedx", PredicateType.cycloneDX), ("https://example.test/x", "https://example.test/x"),
        ("SPDX", "SPDX"),
    ])
    func `cosign's short names of predicate types are known`(name: String, type: String) { #expect(PredicateType.expanded(name) == type) }

    @Test(
        arguments: [
            (PredicateType.spdx, ["spdxVersion": "SPDX-2.3"], true), (PredicateType.spdx, ["@context": "https://spdx.org/x"], true),
            (PredicateType.spdx, ["bomFormat": "CycloneDX"], false), (PredicateType.spdx, [:], false),
            (PredicateType.cycloneDX, ["bomFormat": "CycloneDX", "specVersion": "1.5"], true),
            (PredicateType.cycloneDX, ["bomFormat": "CycloneDX"], false), (PredicateType.cycloneDX, ["spdxVersion": "SPDX-2.3"], false),
        ] as [(String, JSON, Bool)])
    func `a predicate that claims to be a bill of material looks like one`(type: String, predicate: JSON, valid: Bool) throws {
        let requirement = try BundleSample.requirement(.attestation(AttestationRequirement(predicateTypes: [type])))
        let bundle = try BundleSample.envelope(BundleSample.statement(type, predicate: predicate).bytes())
        #expect(try BundleSample.failure(bundle, requirement)?.reason == (valid ? nil : "predicateRejected"))
    }
}

extension BundleSample {
    static func failure(_ bundle: JSON, _ requirement: BundleRequirement) throws -> VerificationFailure? {
        try failure(bundle, root: nil, requirement)
    }
}

import Testing

@testable import Trust

/// One defect a case, in both encodings, each refused for its own reason.
@Suite struct NotationSignatureTests {
    typealias Encoding = NotationEnvelope.Encoding

    /// What is changed, how, and the reason it must be refused for.
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let failure: String
        let change: @Sendable (inout NotationSample) throws -> Void

        init(_ what: String, _ failure: String, _ change: @escaping @Sendable (inout NotationSample) throws -> Void) {
            self.what = what
            self.failure = failure
            self.change = change
        }

        var testDescription: String { what }
    }

    @Test(arguments: Encoding.allCases, [SampleKey.Kind.p256, .p384, .p521, .rsa])
    func `a signature by a key of each kind is accepted`(_ encoding: Encoding, _ kind: SampleKey.Kind) throws {
        let sample = try NotationSample(encoding, kind)
        let evidence = try sample.verify()
        #expect(evidence.signer.description.contains("x509.subject: C=US, ST=WA, O=wabbit-networks.example, CN=SecureBuilder"))
        #expect(evidence.keyFingerprint == (try PublicKey(der: sample.leaf.key.publicKey)).fingerprint)
        #expect(ContentDigest.isSHA256(evidence.rootDigest))
        #expect(evidence.times.isEmpty && evidence.rejectedTimestamps.isEmpty)
        #expect(evidence.holdsUntil == Moment(rfc3339: "2026-07-01T00:00:00Z"))
    }

    static let accepted: [Case] = [
        Case("an expiry to come", "ok") {
            $0.times[NotationHeader.expiry] = "2026-06-02T00:00:00Z"
            $0.critical = [NotationHeader.scheme, NotationHeader.expiry]
        },
        Case("what isn't critical and isn't known", "ok") { $0.moreSigned = [("com.example.note", "anything")] },
        Case("an agent, and what isn't signed and isn't known", "ok") {
            $0.moreUnsigned = [(NotationHeader.agent, "notation/1.3.0"), ("com.example.note", "anything")]
        },
        Case("annotations and an artifact type", "ok") {
            $0.payload = NotationSample.payload(more: #","annotations":{"a":"b"},"artifactType":"text/x""#)
        },
        Case("a signing authority, long after its certificate ran out", "ok") {
            $0.useSigningAuthority()
            $0.occasion.now = Moment(rfc3339: "2036-06-01T00:00:00Z")!
        },
        Case("no extended key usage", "ok") { $0.leaf.remove("2.5.29.37") },
        Case("any identity", "ok") {
            $0.requirement.identities = ["*"]
            $0.leaf.subject = "OU=one,OU=two"
        },
        Case("one of several identities", "ok") {
            $0.requirement.identities = [
                "x509.subject: C=DE, ST=BE, O=other", "x509.subject:CN=SecureBuilder,C=US,S=WA,O=wabbit-networks.example",
            ]
        },
        Case("a signer that signed itself, and that the policy names", "ok") {
            $0.leaf.issuer = $0.leaf.subject
            let own = try $0.leaf.certificate(signedBy: $0.leaf.key)
            $0.certificates = { _ in [own.der] }
            $0.requirement.certificates = [own.pem]
        },
    ]

    @Test(arguments: accepted, Encoding.allCases)
    func `is accepted`(_ one: Case, _ encoding: Encoding) throws {
        var sample = try NotationSample(encoding)
        try one.change(&sample)
        #expect(sample.verdict() == "ok")
    }

    @Test(arguments: NotationCases.all, Encoding.allCases)
    func `is refused for its reason`(_ one: Case, _ encoding: Encoding) throws {
        var sample = try NotationSample(encoding)
        #expect(sample.verdict() == "ok", "without the change")
        try one.change(&sample)
        #expect(sample.verdict() == one.failure)
    }

    @Test(arguments: Encoding.allCases)
    func `neither encoding is read as the other, and nothing is read beyond the limit`(_ encoding: Encoding) throws {
        let bytes = try NotationSample(encoding).envelope()
        let other: Encoding = encoding == .jws ? .cose : .jws
        #expect(failureName { try NotationEnvelope(bytes, as: other) } == "envelopeMalformed")
        let large = bytes + [UInt8](repeating: 0x20, count: NotationEnvelope.Limits.bytes)
        #expect(failureName { try NotationEnvelope(large, as: encoding) } == "envelopeTooLarge")
        #expect(failureName { try NotationEnvelope([], as: encoding) } == "envelopeMalformed")
        #expect(failureName { try NotationEnvelope(bytes + [0x7d], as: encoding) } == "envelopeMalformed", "something behind it")
    }

    @Test func `every reason has a name of its own and a sentence`() {
        let failures: [NotationFailure] = [
            .envelopeTooLarge(bytes: 1, limit: 0), .envelopeMalformed("x"), .headerMissing("x"), .headerMalformed("x", "y"),
            .headerUnexpected("x", "y"), .headerNotCritical("x"), .criticalHeaderUnknown("x"), .pluginRequired("x"),
            .contentType(found: "x"),
            .signingScheme(found: "x"), .algorithmUnsupported("x"), .algorithmMismatch(found: "x", wanted: "y"), .chainMissing,
            .tooManyCertificates(count: 1, limit: 0), .chainInvalid("x"), .profile(.key, "x"), .untrustedRoot("x"), .signatureInvalid,
            .notValid(at: Moment(seconds: 0), certificate: "x", notBefore: Moment(seconds: 1), notAfter: Moment(seconds: 2)),
            .expired(at: Moment(seconds: 0)), .occasionUnknown, .subjectMalformed("x"), .identityMismatch(found: "x", wanted: ["y"]),
            .payloadMalformed("x"), .digestMismatch(found: "x", wanted: "y"), .mediaTypeMismatch(found: "x", wanted: "y"),
            .sizeMismatch(found: 1, wanted: 2),
        ]
        #expect(Set(failures.map(\.name)).count == failures.count)
        for failure in failures { #expect(failure.description.utf8.count > 20, "\(failure.name)") }
    }
}

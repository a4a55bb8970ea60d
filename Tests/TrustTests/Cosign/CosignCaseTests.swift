import Testing

@testable import Trust

/// Forgeries and edge cases with one defect each. That they are refused isn't enough: for the right reason.
@Suite struct CosignCaseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// Nil: accepted, unless `malformed`.
        var failure: VerificationFailure?
        /// What is said to be wrong with the payload.
        var malformed: String?

        init(_ name: String, _ failure: VerificationFailure? = nil) {
            self.name = name
            self.failure = failure
        }

        init(_ name: String, layer failure: VerificationFailure) {
            self.init(name, .noValidSignature([failure]))
        }

        init(_ name: String, malformed reason: String) {
            self.init(name)
            malformed = reason
        }

        var testDescription: String { name }
    }

    // Where cosign and skopeo disagree, the strict side; but s may be high, and the repository is for the policy to demand.
    static let cases: [Case] = [
        Case("ok-optional-map"),
        Case("ok-high-s"),
        Case("no-signature", .noSignatures),
        Case("no-layers", .noSignatures),
        Case("wrong-key", layer: .signatureInvalid),
        Case("payload-flipped", layer: .signatureInvalid),
        Case("annotation-missing", layer: .signatureMissing),
        Case("annotation-empty", layer: .signatureMissing),
        Case("annotation-bad-base64", layer: .signatureEncoding),
        Case("annotation-base64-newline", layer: .signatureEncoding),
        Case("sig-ber", layer: .signatureInvalid),
        Case("sig-trailing", layer: .signatureInvalid),
        Case("sig-zero", layer: .signatureInvalid),
        Case("sig-p1363", layer: .signatureInvalid),
        Case("type-atomic", layer: .payloadType(found: "atomic container signature")),
        Case("type-missing", malformed: "critical: no member \"type\""),
        Case("digest-missing", malformed: "critical.image: no member \"docker-manifest-digest\""),
        Case("digest-key-case", malformed: "critical.image: unknown member \"Docker-manifest-digest\""),
        Case("digest-dup-first", malformed: "\"docker-manifest-digest\""),
        Case("payload-trailing", malformed: "column 252"),
        Case("payload-extra-field", malformed: "critical: unknown member \"x\""),
        Case("payload-not-json", malformed: "line 1, column 1: "),
        Case("reference-other-repo"),
        Case("layer-mediatype", .noSignatures),
        Case("p384-sha256"),
        Case("p521-sha512"),
        Case("rsa-pkcs1-sha512", layer: .signatureInvalid),
        Case("layers-1101", .tooManyLayers(count: 1101, limit: 64)),
    ]

    static let verdicts: [[Substring]] = {
        let text = (try? Fixtures.text("cases/verdicts.tsv")) ?? ""
        return text.split(separator: "\n").dropFirst().map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    }()

    func verify(_ name: String, reference: SignedReference, repository: String = "127.0.0.1:5055/neg/x") throws -> SignatureVerdict {
        let row = try #require(Self.verdicts.first { $0[0] == name })
        let layout = try Layout("cases/\(name)")
        let claim = CosignSignature.Claim(
            digest: layout.artifact, repository: repository, authorities: try Fixtures.authority(String(row[1])),
            signedReference: reference)
        return CosignSignature.verify(layout.signatures, claim: claim)
    }

    @Test(arguments: cases)
    func `each case gets its verdict, for its reason`(example: Case) throws {
        let verdict = try verify(example.name, reference: .ignore)
        guard let reason = example.malformed else {
            #expect(verdict.failure == example.failure)
            return
        }
        // In what words the JSON parser complains is its own affair; about what isn't.
        #expect(verdict.failure?.name == "noValidSignature")
        #expect(verdict.attempts.map(\.failure?.name) == ["payloadMalformed"])
        #expect(verdict.attempts[0].failure?.description.contains(reason) == true, "\(verdict.attempts)")
    }

    @Test func `a signature for another repository counts unless the policy wants the repository`() throws {
        let wanted = "registry.example/here/app"
        let verdict = try verify("reference-other-repo", reference: .repository, repository: wanted)
        let failure = VerificationFailure.referenceMismatch(found: "registry.example.com/other/app", wanted: wanted)
        #expect(verdict.failure == .noValidSignature([failure]))
    }

    @Test func `a layer of another media type is passed over, and counted`() throws {
        let verdict = try verify("layer-mediatype", reference: .ignore)
        #expect(verdict.ignoredLayers == 1)
        #expect(verdict.attempts.isEmpty)
    }

    @Test func `every case is looked at`() throws {
        #expect(Self.cases.map(\.name).sorted() == Self.verdicts.map { String($0[0]) }.sorted())
        #expect(try Fixtures.directories("cases") == Self.cases.map(\.name).sorted())
    }

    @Test func `nothing is taken that both other tools refuse, but for the digest the registry of algorithms names`() throws {
        for row in Self.verdicts where row[2] == "reject" && row[3] == "reject" && row[0] != "p521-sha512" {
            #expect(try verify(String(row[0]), reference: .ignore).failure != nil, "\(row[0])")
        }
    }
}

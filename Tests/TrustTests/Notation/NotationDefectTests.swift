import Testing

@testable import Trust

/// Known defects of other verifiers of Notary Project signatures, each a test.
@Suite struct NotationDefectTests {
    typealias Encoding = NotationEnvelope.Encoding

    @Test("notation-go CVE-2023-33959: what was fetched wasn't compared with what was signed", arguments: Encoding.allCases)
    func fetchedArtifact(_ encoding: Encoding) throws {
        var sample = try NotationSample(encoding)
        sample.digest = Samples.otherDigest
        #expect(sample.verdict() == "digestMismatch")
        sample = try NotationSample(encoding)
        sample.occasion.size += 1
        #expect(sample.verdict() == "sizeMismatch")
        sample = try NotationSample(encoding)
        sample.occasion.mediaType = "application/vnd.oci.image.index.v1+json"
        #expect(sample.verdict() == "mediaTypeMismatch")
    }

    @Test("notation-go CVE-2023-25656: a parser of names took memory without bound")
    func names() {
        let long = "x509.subject: C=US, ST=WA, O=" + String(repeating: "a", count: 1 << 20)
        #expect(throws: PolicyProblem.self) { try DistinguishedNamePattern(long) }
        let many = "x509.subject: C=US, ST=WA, O=a" + (0..<40).map { ", 1.2.\($0)=x" }.joined()
        #expect(throws: PolicyProblem.self) { try DistinguishedNamePattern(many) }
        let arcs = "x509.subject: C=US, ST=WA, 1.2." + String(repeating: "3", count: 999) + "=x"
        #expect(throws: PolicyProblem.self) { try DistinguishedNamePattern(arcs) }
    }

    @Test("notation-go CVE-2024-23332: a laxer level let a signature pass that had run out", arguments: Encoding.allCases)
    func levels(_ encoding: Encoding) throws {
        // There are no levels: in mode Warn a policy grants nothing, and in mode Enforce nothing is only logged.
        var sample = try NotationSample(encoding)
        sample.times[NotationHeader.expiry] = "2026-06-01T00:05:30Z"
        sample.critical?.append(NotationHeader.expiry)
        let (manifest, notation) = try sample.attached()
        var source = try Samples.source(by: [])
        source.authorities = [.init(name: "wabbit", notation: notation)]
        for mode in ["Enforce", "Warn"] {
            source.mode = mode
            let judgement = PolicySet([Policy(source)]).judge(
                Samples.delivery, digest: Samples.digest, signatures: [manifest], on: sample.occasion)
            #expect(!judgement.isTrusted && judgement.evidence.isEmpty)
            #expect(judgement.findings.first?.verdict.attempts.compactMap(\.failure).map(\.name) == ["signatureExpired"])
        }
    }

    @Test("notation-go CVE-2024-56138: whose time stamps count was not withdrawn", arguments: Encoding.allCases)
    func stamps(_ encoding: Encoding) throws {
        // No list is asked, here neither; an authority whose root the policy no longer names stamps nothing.
        var source = PolicySource.Notation()
        source.certificates = [try Fixtures.text("notation/root.pem")]
        source.identities = ["*"]
        let artifact = try Fixtures.bytes("notation/artifact.json")
        let occasion = Occasion(now: Moment(rfc3339: "2039-01-01T00:00:00Z")!, mediaType: NotationSample.mediaType, size: artifact.count)
        let bytes = try Fixtures.bytes("notation/stamped.\(encoding == .jws ? "jws" : "cose")")
        for (roots, verdict) in [([try Fixtures.text("notation/stamp-root.pem")], "ok"), ([], "tsaSigner")] {
            source.timestampAuthorities = roots
            var problems: [String] = []
            let requirement = NotationRequirement(source, "notation", &problems)
            let found = failureName {
                try NotationSignature.verify(
                    bytes, as: encoding, requirement: requirement, digest: ContentDigest.sha256(of: artifact), on: occasion)
            }
            #expect(found == verdict)
        }
    }

    @Test("COSE and JWS: a header may not be smuggled in unsigned, nor stand in both places", arguments: Encoding.allCases)
    func unsignedHeaders(_ encoding: Encoding) throws {
        for name in NotationHeader.signed {
            var sample = try NotationSample(encoding)
            sample.moreUnsigned = [(name, "2030-01-01T00:00:00Z")]
            #expect(sample.verdict() == "headerUnexpected", "\(name)")
        }
    }
}

import JSON
import Testing

@testable import Trust

/// Notary Project signatures in policies: beside other signers, revoked, kept, and told.
@Suite struct NotationPolicyTests {
    typealias Encoding = NotationEnvelope.Encoding

    private func source(_ notation: PolicySource.Notation, _ change: (inout PolicySource) throws -> Void = { _ in }) throws -> PolicySource
    {
        var source = try Samples.source(by: [])
        source.authorities = [.init(name: "wabbit", notation: notation)]
        try change(&source)
        return source
    }

    private func judge(_ source: PolicySource, _ proofs: [SignatureManifest], on occasion: Occasion?) -> Judgement {
        PolicySet([Policy(source)]).judge(Samples.delivery, digest: Samples.digest, signatures: proofs, on: occasion)
    }

    private func kept(_ judgement: Judgement) -> [KeptEvidence] {
        judgement.evidence.map { evidence in
            KeptEvidence(
                keyFingerprint: evidence.keyFingerprint,
                identity: evidence.proof?.identity.map { .init(issuer: $0.issuer ?? "", subject: $0.subject) },
                attestation: evidence.attestation, terms: evidence.terms)
        }
    }

    @Test(arguments: Encoding.allCases)
    func `a policy that names the root and the subject is satisfied, and says by whom`(_ encoding: Encoding) throws {
        let sample = try NotationSample(encoding)
        let (manifest, notation) = try sample.attached()
        let judgement = judge(try source(notation), [manifest], on: sample.occasion)
        #expect(judgement.isTrusted, "\(judgement.message)")
        #expect(judgement.holdsUntil == Moment(rfc3339: "2026-07-01T00:00:00Z"))
        let evidence = try #require(judgement.evidence.first)
        #expect(evidence.authority == "wabbit" && evidence.signatureDigest == manifest.layers[0].digest)
        let tree = judgement.tree.joined(separator: "\n")
        #expect(
            tree.contains("by wabbit: \"x509.subject: C=US, ST=WA, O=wabbit-networks.example, CN=SecureBuilder\" vouched for by \"sha256:"))
        #expect(tree.contains("certificate issued by C=US,ST=WA,O=wabbit-networks.example,CN=root"))
        #expect(tree.contains("holds until 2026-07-01T00:00:00Z"))
        #expect(evidence.json["proof"]?["holdsUntil"]?.string == "2026-07-01T00:00:00Z")
    }

    @Test(arguments: Encoding.allCases)
    func `what fails is told in the tree by its name`(_ encoding: Encoding) throws {
        var sample = try NotationSample(encoding)
        sample.requirement.identities = ["x509.subject: C=US, ST=WA, O=other"]
        let (manifest, notation) = try sample.attached()
        let judgement = judge(try source(notation), [manifest], on: sample.occasion)
        #expect(judgement.failure?.name == "noValidSignature")
        let tree = judgement.tree.joined(separator: "\n")
        #expect(tree.contains("by wabbit: identityMismatch: signed by x509.subject: C=US"))
    }

    @Test func `without knowing when and what, none passes`() throws {
        let sample = try NotationSample(.jws)
        let (manifest, notation) = try sample.attached()
        let judgement = judge(try source(notation), [manifest], on: nil)
        #expect(judgement.failure == .noValidSignature([.notation(.occasionUnknown)]))
        let set = PolicySet([Policy(try source(notation))])
        #expect(set.tenancy(Samples.delivery).needsOccasion)
        #expect(!PolicySet([Policy(try Samples.source())]).tenancy(Samples.delivery).needsOccasion)
    }

    @Test func `a blob that isn't what the manifest says is none`() throws {
        let sample = try NotationSample(.cose)
        var (manifest, notation) = try sample.attached()
        manifest.layers[0].digest = Samples.digest
        let judgement = judge(try source(notation), [manifest], on: sample.occasion)
        #expect(judgement.findings.first?.verdict.attempts.compactMap(\.failure).map(\.name) == ["blobDigestMismatch"])
    }

    @Test func `it counts beside a key for a threshold, and once`() throws {
        let sample = try NotationSample(.jws)
        let (manifest, notation) = try sample.attached()
        let two = try source(notation) {
            $0.authorities.append(.init(name: "key", keys: [try Samples.key(1).publicKey.pem]))
            $0.threshold = 2
        }
        let key = try Samples.manifest(Samples.signature())
        #expect(judge(two, [manifest, key], on: sample.occasion).isTrusted)
        #expect(judge(two, [manifest, manifest], on: sample.occasion).failure?.name == "thresholdNotReached")
        #expect(judge(two, [key], on: sample.occasion).failure?.name == "thresholdNotReached")
    }

    @Test(arguments: Encoding.allCases)
    func `a signer is revoked by key, and by subject and root`(_ encoding: Encoding) throws {
        let sample = try NotationSample(encoding)
        let (manifest, notation) = try sample.attached()
        let accepted = judge(try source(notation), [manifest], on: sample.occasion)
        let evidence = try #require(accepted.evidence.first)
        let identity = try #require(evidence.proof?.identity)
        let revocations = [
            Revocation(keys: [evidence.keyFingerprint], identities: []),
            Revocation(keys: [], identities: [.init(issuer: identity.issuer ?? "", subject: identity.subject)]),
        ]
        for revocation in revocations {
            let revoking = try source(notation) { $0.revoked = revocation }
            let judgement = judge(revoking, [manifest], on: sample.occasion)
            #expect(judgement.findings.first?.verdict.attempts.compactMap(\.failure).map(\.name) == ["signerRevoked"])
            #expect(Policy(revoking).objection(to: kept(accepted)) != nil)
        }
        let other = try source(notation) {
            $0.revoked = Revocation(keys: [], identities: [.init(issuer: "sha256:0", subject: identity.subject)])
        }
        #expect(judge(other, [manifest], on: sample.occasion).isTrusted)
    }

    @Test func `kept evidence holds while the policy names root and subject`() throws {
        let sample = try NotationSample(.jws)
        let (manifest, notation) = try sample.attached()
        let kept = kept(judge(try source(notation), [manifest], on: sample.occasion))
        #expect(Policy(try source(notation)).objection(to: kept) == nil)
        var changed = notation
        changed.identities = ["x509.subject: C=US, ST=WA, O=wabbit-networks.example, CN=SecureBuilder", "x509.subject: C=DE, ST=BE, O=new"]
        #expect(Policy(try source(changed)).objection(to: kept) == nil)
        changed.identities = ["*"]
        #expect(Policy(try source(changed)).objection(to: kept) == nil)
        changed.identities = ["x509.subject: C=DE, ST=BE, O=new"]
        #expect(Policy(try source(changed)).objection(to: kept) != nil)
        changed = notation
        changed.certificates = [try Fixtures.text("notation/root.pem")]
        #expect(Policy(try source(changed)).objection(to: kept) != nil)
        #expect(Policy(try Samples.source()).objection(to: kept) != nil)
    }

    @Test(arguments: [
        ("no roots", "neither certificates nor signingAuthorities"), ("no identities", "identities: empty"),
        ("an identity that is none", "identities[0]: "), ("a star beside others", "is no identity"), ("overlap", "overlaps with"),
        ("no PEM", "certificates[0]: "), ("a signer's certificate", "isn't a root that signed itself"),
        ("a public key", "found a PEM block PUBLIC KEY"), ("a time-stamp authority that is none", "timestampAuthorities[0]: "),
    ])
    func `a policy that can't be read passes nothing, and says why`(_ one: (what: String, reason: String)) throws {
        let sample = try NotationSample(.jws)
        var (manifest, notation) = try sample.attached()
        switch one.what {
        case "no roots": notation.certificates = []
        case "no identities": notation.identities = []
        case "an identity that is none": notation.identities = ["x509.subject: C=US"]
        case "a star beside others": notation.identities.append("*")
        case "overlap": notation.identities.append("x509.subject: C=US, ST=WA, O=wabbit-networks.example, OU=one")
        case "no PEM": notation.certificates = ["no certificate"]
        case "a signer's certificate": notation.certificates = [try sample.leaf.certificate(signedBy: sample.intermediateKey).pem]
        case "a public key": notation.certificates = [try Samples.key(1).publicKey.pem]
        default: notation.timestampAuthorities = [try Fixtures.text("notation/self.pem")]
        }
        let policy = Policy(try source(notation))
        #expect(policy.problems.contains { $0.contains("authorities[wabbit].notation") && $0.contains(one.reason) }, "\(policy.problems)")
        #expect(judge(try source(notation), [manifest], on: sample.occasion).failure?.name == "policyInvalid")
        manifest.layers = []
    }

    @Test func `such a signature attests nothing, and a policy that wants it to is no policy`() throws {
        let (_, notation) = try NotationSample(.jws).attached()
        let demanding = try source(notation) {
            var demand = PolicySource.Attestation(name: "tested", predicateType: "https://example.com/tests/v1")
            demand.authorities = ["wabbit"]
            $0.attestations = [demand]
        }
        #expect(Policy(demanding).problems.contains { $0.contains("notation signatures attest nothing") })
    }
}

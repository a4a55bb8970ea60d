import JSON
import Testing

@testable import Trust

/// What was accepted once is held against policies that have changed since, by what is kept of it.
@Suite struct KeptEvidenceTests {
    private func policy(_ change: (inout PolicySource) throws -> Void = { _ in }) throws -> Policy {
        var source = try Samples.source()
        try change(&source)
        return Policy(source, roots: AttachedProofs.roots)
    }

    private func kept(_ policy: Policy, _ proofs: SignatureManifest...) throws -> [KeptEvidence] {
        let judgement = PolicySet([policy]).judge(Samples.delivery, digest: AttachedProofs.digest, signatures: proofs)
        #expect(judgement.isTrusted, "\(judgement.message)")
        return judgement.evidence.map { evidence in
            KeptEvidence(
                keyFingerprint: evidence.keyFingerprint,
                identity: evidence.proof?.identity.map { .init(issuer: $0.issuer ?? "", subject: $0.subject) },
                attestation: evidence.attestation, terms: evidence.terms)
        }
    }

    @Test func `a policy that is as it was has no objection; one with other keys has`() throws {
        let kept = try kept(policy(), AttachedProofs.signature(by: 1))
        #expect(try policy().objection(to: kept) == nil)
        #expect(
            try policy { $0.authorities.append(try .init(name: "second", keys: [Samples.key(2).publicKey.pem])) }.objection(to: kept) == nil
        )
        let other = try policy { $0.authorities = [try .init(name: "key-1", keys: [Samples.key(2).publicKey.pem])] }
        #expect(other.objection(to: kept)?.contains("no signature of it is known by a signer that policy release trusts") == true)
        #expect(try policy().objection(to: []) != nil)
    }

    @Test func `a threshold that was raised and a key that was revoked are objections`() throws {
        let kept = try kept(policy(), AttachedProofs.signature(by: 1))
        let two = try policy {
            $0.authorities.append(try .init(name: "second", keys: [Samples.key(2).publicKey.pem]))
            $0.threshold = 2
        }
        #expect(two.objection(to: kept)?.contains("1 of the 2 authorities") == true)
        let fingerprint = try Samples.key(1).publicKey.fingerprint
        #expect(try policy { $0.revoked = Revocation(keys: [fingerprint], identities: []) }.objection(to: kept) != nil)
    }

    @Test func `an identity holds while the policy names it, and as long as nothing is asked that wasn't kept`() throws {
        let accepted = try kept(policy { $0.authorities = [AttachedProofs.keyless()] }, AttachedProofs.bundle("happy-path-v0.3"))
        #expect(try policy { $0.authorities = [AttachedProofs.keyless()] }.objection(to: accepted) == nil)
        #expect(
            try policy {
                $0.authorities = [
                    AttachedProofs.keyless {
                        $0.subject = nil
                        $0.subjectExpression = "https://github.com/sigstore-conformance/.*"
                    }
                ]
            }.objection(to: accepted) == nil)
        #expect(
            try policy { $0.authorities = [AttachedProofs.keyless { $0.subject = "https://github.com/other" }] }.objection(to: accepted)
                != nil)
        let extended = try policy {
            $0.authorities = [AttachedProofs.keyless { $0.extensions = ["buildTrigger": "workflow_dispatch"] }]
        }
        #expect(extended.objection(to: accepted) != nil, "what the certificate says beyond its names isn't kept")
        let identity = Revocation.Identity(issuer: BundleFixtures.githubIssuer, subject: BundleFixtures.conformanceSubject)
        let revoking = try policy {
            $0.authorities = [AttachedProofs.keyless()]
            $0.revoked = Revocation(keys: [], identities: [identity])
        }
        #expect(revoking.objection(to: accepted) != nil)
    }

    @Test func `an attestation holds only as long as just the same is demanded`() throws {
        func demanding(_ change: @escaping (inout PolicySource.Attestation) -> Void = { _ in }) throws -> Policy {
            try policy {
                $0.authorities = [AttachedProofs.provenanceAuthority()]
                $0.threshold = 0
                $0.attestations = [AttachedProofs.provenance(change)]
            }
        }
        let kept = try kept(demanding(), AttachedProofs.bundle("happy-path-intoto-in-dsse-v3"))
        #expect(try demanding().objection(to: kept) == nil)
        let stricter = try demanding { $0.rules = [["path": "runDetails.builder.id", "exists": true]] }
        #expect(stricter.objection(to: kept)?.contains("nothing is known to attest provenance") == true)
    }

    @Test func `an objection is certain where what isn't kept could not change it`() throws {
        let byKey = try kept(policy(), AttachedProofs.signature(by: 1))
        let other = try policy { $0.authorities = [try .init(name: "key-1", keys: [Samples.key(2).publicKey.pem])] }
        #expect(other.objection(to: byKey, benefitOfDoubt: true) != nil, "a key is what it is")
        let byName = try kept(policy { $0.authorities = [AttachedProofs.keyless()] }, AttachedProofs.bundle("happy-path-v0.3"))
        let extended = try policy {
            $0.authorities = [AttachedProofs.keyless { $0.extensions = ["buildTrigger": "workflow_dispatch"] }]
        }
        #expect(extended.objection(to: byName) != nil && extended.objection(to: byName, benefitOfDoubt: true) == nil)
        let renamed = try policy { $0.authorities = [AttachedProofs.keyless { $0.subject = "https://github.com/other" }] }
        #expect(renamed.objection(to: byName, benefitOfDoubt: true) != nil)
    }

    @Test func `a name that holds under other terms than it was shown is to be shown anew`() throws {
        let byName = try kept(policy { $0.authorities = [AttachedProofs.keyless()] }, AttachedProofs.bundle("happy-path-v0.3"))
        #expect(try !policy { $0.authorities = [AttachedProofs.keyless()] }.isOutdated(byName))
        let changed = try policy { $0.authorities = [AttachedProofs.keyless { $0.needsLog = false }] }
        #expect(changed.objection(to: byName) == nil && changed.isOutdated(byName))
        #expect(try !policy().isOutdated(kept(policy(), AttachedProofs.signature(by: 1))), "a key needs no root")
    }

    @Test func `what a policy lets it reach is what enough of its signers vouch for`() throws {
        func limited(_ limit: Int, threshold: Int = 1) throws -> Policy {
            try policy {
                $0.authorities[0].weightLimit = limit
                $0.authorities.append(try .init(name: "second", keys: [Samples.key(2).publicKey.pem]))
                $0.threshold = threshold
            }
        }
        let one = try kept(policy(), AttachedProofs.signature(by: 1))
        #expect(try limited(10_000).reach(of: one) == nil)
        let reach = try #require(try limited(1_000).reach(of: one))
        #expect(reach == PolicyReach(basisPoints: 1_000, limited: [try Samples.source().authorities[0].name], missing: ["second"]))
        let both =
            try one
            + kept(
                policy { $0.authorities = [try .init(name: "second", keys: [Samples.key(2).publicKey.pem])] },
                AttachedProofs.signature(by: 2))
        #expect(try limited(1_000).reach(of: both) == nil)
        #expect(try limited(1_000, threshold: 2).reach(of: both)?.basisPoints == 1_000)
        let fingerprint = try Samples.key(2).publicKey.fingerprint
        var revoking = try limited(1_000)
        revoking.revoked = Revocation(keys: [fingerprint], identities: [])
        #expect(revoking.reach(of: both)?.basisPoints == 1_000)
    }

    @Test func `an attestation by one who vouches for a share limits as a signature does`() throws {
        func demanding(_ limit: Int) throws -> Policy {
            try policy {
                $0.authorities = [AttachedProofs.provenanceAuthority()]
                $0.authorities[0].weightLimit = limit
                $0.threshold = 0
                $0.attestations = [AttachedProofs.provenance()]
            }
        }
        let kept = try kept(demanding(10_000), AttachedProofs.bundle("happy-path-intoto-in-dsse-v3"))
        #expect(try demanding(10_000).reach(of: kept) == nil)
        #expect(try demanding(500).reach(of: kept)?.basisPoints == 500)
    }
}

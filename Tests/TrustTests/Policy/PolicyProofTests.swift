import JSON
import Testing

@testable import Trust

/// What policies demand beyond one key: identities, several signers, attestations; and signers that count no more.
@Suite struct PolicyProofTests {
    private func source(_ change: (inout PolicySource) throws -> Void) throws -> PolicySource {
        var source = try Samples.source()
        try change(&source)
        return source
    }

    // MARK: Identities

    @Test(arguments: ["happy-path-v0.1", "happy-path-v0.2", "happy-path-v0.3", "happy-path-v0.3-new-mediaType"])
    func `a bundle by the identity that a policy names is enough, and says who, when and where it is logged`(name: String) throws {
        let judgement = AttachedProofs.judge(
            try source { $0.authorities = [AttachedProofs.keyless()] }, try AttachedProofs.bundle(name))
        #expect(judgement.isTrusted, "\(judgement.message)")
        let evidence = try #require(judgement.evidence.first)
        #expect(evidence.authority == "beacon")
        #expect(evidence.proof?.identity?.subject == BundleFixtures.conformanceSubject)
        #expect(evidence.proof?.logEntries.count == 1)
        #expect(evidence.proof?.times.isEmpty == false)
        #expect(judgement.json["policies"]?[0]?["evidence"]?[0]?["proof"]?["signer"]?["issuer"] == .string(BundleFixtures.githubIssuer))
    }

    @Test(arguments: [
        ("another issuer", "issuerMismatch"), ("another subject", "identityMismatch"), ("an unanchored prefix", "identityMismatch"),
        ("another extension", "extensionMismatch"),
    ])
    func `another identity is refused, and the reason says how it differs`(how: String, reason: String) throws {
        let authority = AttachedProofs.keyless { keyless in
            switch how {
            case "another issuer": keyless.issuer = "https://accounts.example"
            case "another subject": keyless.subject = "https://github.com/other/repository"
            case "an unanchored prefix":
                keyless.subject = nil
                keyless.subjectExpression = "https://github.com/sigstore-conformance/"
            default: keyless.extensions = ["sourceRepositoryURI": "https://github.com/other/repository"]
            }
        }
        let judgement = AttachedProofs.judge(
            try source { $0.authorities = [authority] }, try AttachedProofs.bundle("happy-path-v0.3"))
        let attempt = try #require(judgement.findings.first?.verdict.attempts.first)
        #expect(attempt.failure?.name.hasPrefix(reason) == true, "\(String(describing: attempt.failure?.name))")
        #expect(!judgement.isTrusted)
    }

    @Test(arguments: [
        ("no issuer", "wanted exactly one of issuer and issuerRegExp"), ("an empty subject", "empty"),
        ("an empty expression", "empty"), ("both", "exactly one of subject"), ("an unknown extension", "isn't known"),
        ("no root", "trustRoots: empty"), ("a root that isn't there", "there is no TrustRoot other"), ("a backreference", "\\1"),
    ])
    func `an identity that can't be read makes the policy pass nothing`(how: String, problem: String) throws {
        let authority = AttachedProofs.keyless { keyless in
            switch how {
            case "no issuer": keyless.issuer = nil
            case "an empty subject": keyless.subject = ""
            case "an empty expression": (keyless.subject, keyless.subjectExpression) = (nil, "")
            case "both": keyless.subjectExpression = ".*"
            case "an unknown extension": keyless.extensions = ["workflowColour": "red"]
            case "no root": keyless.roots = []
            case "a root that isn't there": keyless.roots = ["other"]
            default: (keyless.subject, keyless.subjectExpression) = (nil, #"(a)\1"#)
            }
        }
        let policy = Policy(try source { $0.authorities = [authority] }, roots: AttachedProofs.roots)
        #expect(policy.problems.contains { $0.contains(problem) }, "\(policy.problems)")
        let judgement = PolicySet([policy]).judge(
            Samples.delivery, digest: AttachedProofs.digest, signatures: [try AttachedProofs.bundle("happy-path-v0.3")])
        #expect(judgement.failure?.name == "policyInvalid")
    }

    @Test func `a root that can't be had or read is a problem of the policies that name it`() throws {
        let source = try source { $0.authorities = [AttachedProofs.keyless()] }
        for (content, problem) in [
            (RootShelf.Content.missing("ConfigMap graft-trust/sigstore: there is no such ConfigMap"), "no such ConfigMap"),
            (.bytes(Array("{}".utf8)), "mediaType"),
        ] {
            let policy = Policy(source, roots: RootShelf([("sigstore", content)]))
            #expect(policy.problems.contains { $0.contains("TrustRoot sigstore") && $0.contains(problem) }, "\(policy.problems)")
        }
    }

    // MARK: Several signers

    @Test func `as many different authorities must have signed as the policy says`() throws {
        let two = try source {
            $0.authorities = [try .init(name: "release", keys: [Samples.key(1).publicKey.pem]), AttachedProofs.keyless()]
            $0.threshold = 2
        }
        let (key, bundle) = (try AttachedProofs.signature(by: 1), try AttachedProofs.bundle("happy-path-v0.3"))
        #expect(AttachedProofs.judge(two, key, bundle).isTrusted)
        #expect(AttachedProofs.judge(two, key).failure?.name == "thresholdNotReached")
        #expect(AttachedProofs.judge(two, bundle).failure?.description.contains("signed by beacon, wanted 2") == true)
        #expect(AttachedProofs.judge(two, key, key).failure?.name == "thresholdNotReached", "one signer twice is one signer")
    }

    @Test(arguments: [(0, "at least 1"), (2, "at most the number of authorities, 1"), (-1, "at least 1")])
    func `a threshold that can't be is a problem`(threshold: Int, problem: String) throws {
        let policy = Policy(try source { $0.threshold = threshold })
        #expect(policy.problems.contains { $0.contains(problem) }, "\(policy.problems)")
    }

    // MARK: Attestations

    @Test func `provenance by the builder is demanded, and found among other things`() throws {
        let demanding = try source {
            $0.authorities = [AttachedProofs.keyless(), AttachedProofs.provenanceAuthority()]
            $0.attestations = [AttachedProofs.provenance()]
        }
        let (signature, provenance) = (
            try AttachedProofs.bundle("happy-path-v0.3"), try AttachedProofs.bundle("happy-path-intoto-in-dsse-v3")
        )
        let judgement = AttachedProofs.judge(demanding, signature, provenance)
        #expect(judgement.isTrusted, "\(judgement.message)")
        #expect(judgement.evidence.contains { $0.attestation == "provenance" && $0.authority == "builder" })
        #expect(AttachedProofs.judge(demanding, signature).failure?.name == "attestationMissing")
        #expect(
            AttachedProofs.judge(demanding, provenance).failure?.name == "noValidSignature", "an attestation is no signature")
    }

    @Test func `provenance alone is enough where a policy asks for no signature`() throws {
        let only = try source {
            $0.authorities = [AttachedProofs.provenanceAuthority()]
            $0.threshold = 0
            $0.attestations = [AttachedProofs.provenance()]
        }
        #expect(AttachedProofs.judge(only, try AttachedProofs.bundle("happy-path-intoto-in-dsse-v3")).isTrusted)
        #expect(!AttachedProofs.judge(only, try AttachedProofs.bundle("happy-path-v0.3")).isTrusted)
    }

    @Test(arguments: ["builder", "build type", "parameter", "unnamed parameter", "predicate type", "rule"])
    func `provenance that says something else is refused, each for its reason`(what: String) throws {
        let attestation = AttachedProofs.provenance { attestation in
            switch what {
            case "builder": attestation.provenance?.builders = ["https://builder.example"]
            case "build type": attestation.provenance?.buildTypes = ["https://types.example"]
            case "parameter":
                attestation.provenance?.externalParameters[1] = ["path": "workflow.ref", "exact": "refs/heads/release"]
            case "unnamed parameter": attestation.provenance?.externalParameters.removeLast()
            case "predicate type": attestation.predicateType = "spdxjson"
            default: attestation.rules = [["path": "runDetails.builder.id", "exact": "https://builder.example"]]
            }
        }
        let only = try source {
            $0.authorities = [AttachedProofs.provenanceAuthority()]
            $0.threshold = 0
            $0.attestations = [attestation]
        }
        let judgement = AttachedProofs.judge(only, try AttachedProofs.bundle("happy-path-intoto-in-dsse-v3"))
        let reason = judgement.findings.first?.attestations.first?.verdict.attempts.first?.failure
        #expect(
            reason?.name.hasPrefix(what == "predicate type" ? "predicateTypeMismatch" : "predicateRejected") == true,
            "\(String(describing: reason))")
        #expect(!judgement.isTrusted)
    }

    private static let wrongRules: [(rule: JSON, problem: String)] = [
        (["path": "a", "exactly": 1], "unknown field"), (["path": "a", "exact": 1, "exists": true], "2 conditions"),
        (["path": "a..b", "exact": 1], "empty step"), (["exact": 1], "path: wanted a path"),
    ]

    @Test(arguments: wrongRules)
    func `a rule that the verifier doesn't know is a problem, never passed over`(rule: JSON, problem: String) throws {
        let policy = Policy(
            try source { $0.attestations = [AttachedProofs.provenance { $0.rules = [rule] }] }, roots: AttachedProofs.roots)
        #expect(policy.problems.contains { $0.contains(problem) }, "\(policy.problems)")
    }

    // MARK: Revoked signers

    @Test func `a revoked key's signature counts no more`() throws {
        let fingerprint = try Samples.key(1).publicKey.fingerprint
        let judgement = AttachedProofs.judge(
            try source { $0.revoked = Revocation(keys: [fingerprint], identities: []) }, try AttachedProofs.signature(by: 1))
        #expect(judgement.findings.first?.verdict.attempts.first?.failure == .signerRevoked("key \(fingerprint)"))
        #expect(!judgement.isTrusted && judgement.evidence.isEmpty)
    }

    @Test func `a revoked identity's signature counts no more, whatever its key`() throws {
        let identity = Revocation.Identity(issuer: BundleFixtures.githubIssuer, subject: BundleFixtures.conformanceSubject)
        let judgement = AttachedProofs.judge(
            try source {
                $0.authorities = [AttachedProofs.keyless()]
                $0.revoked = Revocation(keys: [], identities: [identity])
            }, try AttachedProofs.bundle("happy-path-v0.3"))
        #expect(judgement.findings.first?.verdict.attempts.first?.failure?.name == "signerRevoked")
        #expect(!judgement.isTrusted)
    }
}

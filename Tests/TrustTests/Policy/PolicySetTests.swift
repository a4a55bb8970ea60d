import JSON
import Testing

@testable import Trust

@Suite struct PolicySetTests {
    func set(_ sources: PolicySource...) -> PolicySet { PolicySet(sources.map { Policy($0) }) }

    func judge(_ set: PolicySet, _ layers: SignatureLayer..., pinned: Set<String>? = nil) throws -> Judgement {
        let manifest = SignatureManifest(digest: Samples.otherDigest, layers: layers)
        return set.judge(Samples.delivery, digest: Samples.digest, signatures: [manifest], pinned: pinned)
    }

    @Test func `no policy at all refuses, and says which to write`() {
        let tenancy = PolicySet([]).tenancy(Samples.delivery)
        #expect(!tenancy.isGranted)
        #expect(tenancy.failure?.name == "noPolicy")
        let message = tenancy.failure?.description ?? ""
        #expect(
            message.contains(#"namespace "payments", class "edge-proxy", slot "net/filter", repository "registry.example/filters/http""#))
        #expect(
            message.contains(
                #"{match: {namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/filter"], repositories: ["registry.example/filters/http"]}"#
            ))
        #expect(message.contains("mode: Enforce"))
    }

    @Test func `of policies that don't cover it, the nearest is named with what it misses`() throws {
        let far = try Samples.source("far", namespaces: ["x"], classes: ["x"], slots: ["x"])
        let near = try Samples.source("near", namespaces: ["billing"])
        let message = set(far, near).tenancy(Samples.delivery).failure?.description ?? ""
        #expect(message.contains("the nearest, near, does not match in namespaces;"))
    }

    @Test(arguments: ["namespaces", "classes", "slots", "repositories"])
    func `each dimension alone refuses`(dimension: String) throws {
        var source = try Samples.source()
        switch dimension {
        case "namespaces": source.namespaces = ["other"]
        case "classes": source.classes = ["other"]
        case "slots": source.slots = ["other"]
        default: source.repositories = ["other"]
        }
        #expect(set(source).tenancy(Samples.delivery).failure?.name == "noPolicy")
        #expect(try judge(set(source), Samples.signature()).failure?.name == "noPolicy")
    }

    @Test func `a policy in mode Warn grants nothing`() throws {
        let tenancy = set(try Samples.source(mode: "Warn")).tenancy(Samples.delivery)
        #expect(tenancy.failure?.name == "noPolicy")
        #expect(tenancy.failure?.description.contains("Warn grants nothing") == true)
        #expect(tenancy.warning.map(\.name) == ["release"])
    }

    @Test func `one Enforce policy that passes is enough, and gives evidence`() throws {
        let layer = try Samples.signature()
        let judgement = try judge(set(Samples.source()), layer)
        let authority = Authority(name: "key-1", keys: [try Samples.key().publicKey])
        #expect(judgement.isTrusted)
        #expect(
            judgement.evidence == [
                Evidence(
                    policy: "release", authority: "key-1", keyFingerprint: try Samples.key().publicKey.fingerprint,
                    signatureDigest: layer.digest, manifestDigest: Samples.otherDigest, terms: authority.terms)
            ])
        #expect(judgement.message == "verified: release by key-1")
    }

    @Test func `all Enforce policies that cover it must pass`() throws {
        let policies = set(try Samples.source("a"), try Samples.source("b", repositories: ["*"], by: [2]))
        let one = try judge(policies, Samples.signature())
        #expect(one.failure == .noValidSignature([.signatureInvalid]))
        #expect(one.message.hasPrefix("policy b: no signature is valid"))
        #expect(one.evidence.isEmpty)
        let both = try judge(policies, Samples.signature(), Samples.signature(by: 2))
        #expect(both.isTrusted)
        #expect(both.evidence.map(\.policy) == ["a", "b"])
        let none = try judge(policies, Samples.signature(by: 3))
        #expect(none.failure?.name == "policiesFailed")
        #expect(none.message.contains("policy a: ") && none.message.contains("policy b: "))
    }

    @Test func `any authority of a policy will do`() throws {
        let policies = set(try Samples.source(by: [1, 2]))
        #expect(try judge(policies, Samples.signature(by: 2)).evidence.map(\.authority) == ["key-2"])
        #expect(try judge(policies, Samples.signature(by: 3)).failure == .noValidSignature([.signatureInvalid, .signatureInvalid]))
    }

    @Test func `a failing Warn policy is reported and refuses nothing`() throws {
        let policies = set(try Samples.source("a"), try Samples.source("w", by: [2], mode: "Warn"))
        let judgement = try judge(policies, Samples.signature())
        #expect(judgement.isTrusted)
        #expect(judgement.warnings.count == 1)
        #expect(judgement.warnings[0].hasPrefix("policy w (Warn): no signature is valid"))
        #expect(judgement.evidence.map(\.policy) == ["a"])
    }

    @Test func `a Warn policy that is invalid is reported and refuses nothing`() throws {
        var warn = try Samples.source("w", mode: "Warn")
        warn.slots = ["?"]
        let judgement = try judge(set(try Samples.source("a"), warn), Samples.signature())
        #expect(judgement.isTrusted)
        #expect(judgement.warnings[0].contains("invalid"))
    }

    @Test func `the repository that was signed counts where the policy says so`() throws {
        let copied = try Samples.signature(repository: "registry.example/elsewhere/http")
        #expect(try judge(set(Samples.source()), copied).isTrusted)
        let failure = VerificationFailure.referenceMismatch(found: "registry.example/elsewhere/http", wanted: Samples.repository)
        #expect(try judge(set(Samples.source(signedReference: "Repository")), copied).failure == .noValidSignature([failure]))
        let tagged = try Samples.signature(repository: Samples.repository + ":1.0.0")
        #expect(try judge(set(Samples.source(signedReference: "Repository")), tagged).isTrusted)
    }

    @Test func `of pinned signatures only those count`() throws {
        let layer = try Samples.signature()
        #expect(try judge(set(Samples.source()), layer, pinned: [Samples.otherDigest]).isTrusted)
        #expect(try judge(set(Samples.source()), layer, pinned: [Samples.digest]).failure == .noSignatures)
        #expect(try judge(set(Samples.source()), layer, pinned: []).failure == .noSignatures)
    }

    @Test func `nothing signed at all says how to sign`() throws {
        let judgement = set(try Samples.source()).judge(Samples.delivery, digest: Samples.digest, signatures: [])
        #expect(judgement.failure == .noSignatures)
        #expect(judgement.message.contains("graft sign"))
    }

    @Test func `a judgement as JSON tells what was tried and why it failed`() throws {
        let json = try judge(set(Samples.source()), Samples.signature(by: 2)).json
        #expect(json["trusted"] == false)
        #expect(json["failure"] == "noValidSignature")
        let finding = json["policies"]?[0]
        #expect(finding?["policy"] == "release")
        #expect(finding?["attempts"]?[0]?["failure"] == "signatureInvalid")
        #expect(finding?["attempts"]?[0]?["keyFingerprint"]?.string == (try Samples.key().publicKey.fingerprint))
        let trusted = try judge(set(Samples.source()), Samples.signature()).json
        #expect(trusted["trusted"] == true)
        #expect(trusted["policies"]?[0]?["evidence"]?[0]?["authority"] == "key-1")
        #expect(trusted["failure"] == nil)
    }

    @Test func `adding an Enforce policy never makes a refused artifact trusted, and Warn policies change nothing`() throws {
        var generator = SeededGenerator(seed: 6)
        let layers = try [[], [Samples.signature()], [Samples.signature(by: 2)], [Samples.signature(), Samples.signature(by: 2)]]
        for _ in 0..<150 {
            var sources: [PolicySource] = []
            for number in 0..<Int.random(in: 1...4, using: &generator) {
                sources.append(
                    try Samples.source(
                        "p\(number)", namespaces: Bool.random(using: &generator) ? ["*"] : ["other"],
                        by: Bool.random(using: &generator) ? [1] : [2], mode: Bool.random(using: &generator) ? "Enforce" : "Warn"))
            }
            let manifest = SignatureManifest(digest: "m", layers: layers.randomElement(using: &generator) ?? [])
            func trusted(_ sources: [PolicySource]) -> Bool {
                PolicySet(sources.map { Policy($0) }).judge(Samples.delivery, digest: Samples.digest, signatures: [manifest]).isTrusted
            }
            let enforcing = sources.filter { $0.mode == "Enforce" }
            #expect(trusted(sources) == trusted(enforcing))
            let covering = enforcing.filter { $0.namespaces == ["*"] }
            #expect(trusted(sources) == (!covering.isEmpty && covering.allSatisfy { trusted([$0]) }))
        }
    }
}

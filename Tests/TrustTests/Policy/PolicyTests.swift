import Testing

@testable import Trust

@Suite struct PolicyTests {
    @Test func `a policy is read from its text`() throws {
        let policy = Policy(try Samples.source(signedReference: "Repository"))
        #expect(policy.problems.isEmpty)
        #expect(policy.mode == .enforce)
        #expect(policy.signedReference == .repository)
        #expect(policy.authorities == [Authority(name: "key-1", keys: [try Samples.key().publicKey])])
        #expect(policy.match.covers(Samples.delivery))
        #expect(Policy(try Samples.source()).signedReference == .ignore)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var problem: String
        var change: @Sendable (inout PolicySource) -> Void
    }

    static let wrong: [Wrong] = [
        Wrong(testDescription: "no namespaces", problem: "match.namespaces: empty") { $0.namespaces = [] },
        Wrong(testDescription: "no classes", problem: "match.classes: empty") { $0.classes = [] },
        Wrong(testDescription: "no slots", problem: "match.slots: empty") { $0.slots = [] },
        Wrong(testDescription: "no repositories", problem: "match.repositories: empty") { $0.repositories = [] },
        Wrong(testDescription: "a pattern that can't be read", problem: "match.slots: the pattern \"net/?\"") { $0.slots = ["net/?"] },
        Wrong(testDescription: "a tag in a repository", problem: "with a tag") { $0.repositories = ["registry.example/filters/http:1.0"] },
        Wrong(testDescription: "no authorities", problem: "authorities: empty") { $0.authorities = [] },
        Wrong(testDescription: "an authority without key", problem: "authorities[x]: no key") {
            $0.authorities = [.init(name: "x", keys: [])]
        },
        Wrong(testDescription: "a key that is none", problem: "authorities[x].key: not a key in PEM") {
            $0.authorities = [.init(name: "x", keys: ["hello"])]
        },
        Wrong(testDescription: "an unknown mode", problem: "mode: found \"enforce\"") { $0.mode = "enforce" },
        Wrong(testDescription: "an unknown rule", problem: "signedReference: found \"Always\"") { $0.signedReference = "Always" },
    ]

    @Test(arguments: wrong)
    func `a policy with a mistake covers no less, and passes nothing`(example: Wrong) throws {
        var source = try Samples.source()
        example.change(&source)
        let policy = Policy(source)
        #expect(policy.problems.contains { $0.contains(example.problem) }, "\(policy.problems)")
        #expect(policy.mode == .enforce)
        let judgement = PolicySet([policy]).judge(
            Samples.delivery, digest: Samples.digest, signatures: [try Samples.manifest(Samples.signature())])
        #expect(!judgement.isTrusted)
        #expect(judgement.evidence.isEmpty)
        #expect(judgement.failure?.name == "policyInvalid")
        #expect(PolicySet([policy]).tenancy(Samples.delivery).failure == judgement.failure)
        #expect(judgement.message.contains(example.problem), "\(judgement.message)")
    }

    @Test func `one bad key beside a good one fails the policy`() throws {
        var source = try Samples.source()
        source.authorities.append(.init(name: "bad", keys: ["-----BEGIN PUBLIC KEY-----\nQUJD\n-----END PUBLIC KEY-----"]))
        #expect(Policy(source).problems == ["authorities[bad].key: unsupported key: \(KeyAlgorithm.supported)"])
    }
}

import JSON
import Testing

@testable import Trust

/// By the content of policies it is known whether they are still the same: whatever a judgement depends on is part of it.
@Suite struct PolicyContentTests {
    /// A policy in which every field says something.
    private static func policy() throws -> Policy {
        let root = TrustedRoot(
            digest: "sha256:root", certificateAuthorities: [], logs: [], certificateLogs: [], timestampAuthorities: [], skipped: [])
        let authority = Authority(
            name: "release", keys: [try Samples.key(1).publicKey], identities: [try identity()], roots: [root], needsLog: true,
            notation: try notation())
        let provenance = ProvenanceRequirement(
            builders: [.init(id: try .exact("builder"), signer: .keys([ManagedKey(try Samples.key(1).publicKey)]))],
            buildTypes: ["type"], externalParameters: [try rule("workflow.ref", .exists(true))])
        let requirement = AttestationRequirement(
            predicateTypes: ["https://example.test/p"], rules: [try rule("coverage", .exact("full"))], provenance: provenance)
        return Policy(
            name: "policy",
            match: .init(namespaces: [try Glob("n")], classes: [try Glob("c")], slots: [try Glob("s")], repositories: [try Glob("r")]),
            authorities: [authority], threshold: 1,
            attestations: [AttestationDemand(name: "tested", authorities: [authority], requirement: requirement)],
            revoked: Revocation(keys: ["key"], identities: [.init(issuer: "issuer", subject: "subject")]), mode: .enforce,
            signedReference: .ignore, problems: ["problem"])
    }

    private static func identity(
        issuer: String = "https://issuer.test", subject: TextRequirement? = nil, kind: CertificateIdentity.SubjectKind? = .uri,
        trigger: String = "push"
    ) throws -> IdentityRequirement {
        try IdentityRequirement(
            issuer: .exact(issuer), subject: subject ?? .exact("https://subject.test"), kind: kind,
            extensions: ["buildTrigger": .exact(trigger)])
    }

    private static func notation(_ change: (inout PolicySource.Notation) throws -> Void = { _ in }) throws -> NotationRequirement {
        var source = PolicySource.Notation()
        source.certificates = [try Fixtures.text("notation/root.pem")]
        source.signingAuthorities = [try Fixtures.text("notation/authority-root.pem")]
        source.timestampAuthorities = [try Fixtures.text("notation/stamp-root.pem")]
        source.identities = [subject("one")]
        try change(&source)
        var problems: [String] = []
        let requirement = NotationRequirement(source, "notation", &problems)
        #expect(problems.isEmpty, "\(problems)")
        return requirement
    }

    private static func subject(_ unit: String) -> String { "x509.subject: C=US, ST=WA, O=example, OU=\(unit)" }

    private static func rule(_ path: String, _ condition: PredicateRule.Condition) throws -> PredicateRule {
        PredicateRule(path: try PredicatePath(path), condition: condition)
    }

    /// Changes of each stored property there is, by type and name; several of one where its values have parts of their own.
    private static let changes: [(property: String, change: @Sendable (inout Policy) throws -> Void)] = [
        ("Policy.name", { $0.name = "other" }),
        ("Policy.match", { $0.match.namespaces = [] }),
        ("Match.namespaces", { $0.match.namespaces = [try Glob("x")] }),
        ("Match.classes", { $0.match.classes = [try Glob("x")] }),
        ("Match.slots", { $0.match.slots = [try Glob("x")] }),
        ("Match.repositories", { $0.match.repositories = [try Glob("x")] }),
        ("Policy.authorities", { $0.authorities.append($0.authorities[0]) }),
        ("Authority.name", { $0.authorities[0].name = "other" }),
        ("Authority.keys", { $0.authorities[0].keys = [try Samples.key(2).publicKey] }),
        ("Authority.identities", { $0.authorities[0].identities = [] }),
        ("IdentityRequirement.issuer", { $0.authorities[0].identities = [try identity(issuer: "https://other.test")] }),
        ("IdentityRequirement.subject", { $0.authorities[0].identities = [try identity(subject: .exact("https://other.test"))] }),
        ("IdentityRequirement.subject", { $0.authorities[0].identities = [try identity(subject: .matching("https://subject.test"))] }),
        ("IdentityRequirement.kind", { $0.authorities[0].identities = [try identity(kind: .email)] }),
        ("IdentityRequirement.extensions", { $0.authorities[0].identities = [try identity(trigger: "schedule")] }),
        ("Authority.roots", { $0.authorities[0].roots = [] }),
        ("Authority.roots", { $0.authorities[0].roots = [.empty] }),
        ("Authority.needsLog", { $0.authorities[0].needsLog = false }),
        ("Authority.notation", { $0.authorities[0].notation = nil }),
        ("NotationRequirement.certificates", { $0.authorities[0].notation = try notation { $0.certificates = [] } }),
        (
            "NotationRequirement.certificates",
            { $0.authorities[0].notation = try notation { $0.certificates = [try Fixtures.text("notation/rsa-root.pem")] } }
        ),
        ("NotationRequirement.signingAuthorities", { $0.authorities[0].notation = try notation { $0.signingAuthorities = [] } }),
        ("NotationRequirement.timestampAuthorities", { $0.authorities[0].notation = try notation { $0.timestampAuthorities = [] } }),
        ("NotationRequirement.identities", { $0.authorities[0].notation = try notation { $0.identities = ["*"] } }),
        ("NotationRequirement.identities", { $0.authorities[0].notation = try notation { $0.identities = [subject("two")] } }),
        ("NotationRequirement.identities", { $0.authorities[0].notation = try notation { $0.identities.append(subject("two")) } }),
        ("NotationRequirement.identities", { $0.authorities[0].notation = try notation { $0.identities = [subject(long + "a")] } }),
        ("NotationRequirement.identities", { $0.authorities[0].notation = try notation { $0.identities = [subject(long + "b")] } }),
        ("Authority.weightLimit", { $0.authorities[0].weightLimit = 500 }),
        ("Policy.threshold", { $0.threshold = 2 }),
        ("Policy.attestations", { $0.attestations = [] }),
        ("AttestationDemand.name", { $0.attestations[0].name = "other" }),
        ("AttestationDemand.authorities", { $0.attestations[0].authorities = [] }),
        ("AttestationDemand.requirement", { $0.attestations[0].requirement = AttestationRequirement(predicateTypes: []) }),
        ("AttestationRequirement.predicateTypes", { $0.attestations[0].requirement.predicateTypes = ["other"] }),
        ("AttestationRequirement.rules", { $0.attestations[0].requirement.rules = [] }),
        ("PredicateRule.path", { $0.attestations[0].requirement.rules[0].path = try PredicatePath("other") }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .exact("none") }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .oneOf(["full"]) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .oneOf(["full", "none"]) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .exists(true) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .exists(false) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .range(from: .number(1), to: nil) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .range(from: nil, to: .number(1)) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .range(from: nil, to: .number(2)) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .range(from: nil, to: time(1)) }),
        ("PredicateRule.condition", { $0.attestations[0].requirement.rules[0].condition = .range(from: nil, to: time(1, 1)) }),
        ("AttestationRequirement.provenance", { $0.attestations[0].requirement.provenance = nil }),
        ("ProvenanceRequirement.builders", { $0.attestations[0].requirement.provenance?.builders = [] }),
        ("Builder.id", { $0.attestations[0].requirement.provenance?.builders[0].id = try .exact("other") }),
        ("Builder.signer", { $0.attestations[0].requirement.provenance?.builders[0].signer = .keys([]) }),
        ("Builder.signer", { $0.attestations[0].requirement.provenance?.builders[0].signer = .identities([]) }),
        ("Builder.signer", { $0.attestations[0].requirement.provenance?.builders[0].signer = .identities([try identity()]) }),
        ("Builder.signer", { $0.attestations[0].requirement.provenance?.builders[0].signer = try managed(2, nil) }),
        ("Builder.signer", { $0.attestations[0].requirement.provenance?.builders[0].signer = try managed(1, 5...5) }),
        ("Builder.signer", { $0.attestations[0].requirement.provenance?.builders[0].signer = try managed(1, 5...6) }),
        ("ProvenanceRequirement.buildTypes", { $0.attestations[0].requirement.provenance?.buildTypes = [] }),
        ("ProvenanceRequirement.externalParameters", { $0.attestations[0].requirement.provenance?.externalParameters = [] }),
        ("Policy.revoked", { $0.revoked = .none }),
        ("Revocation.keys", { $0.revoked.keys.insert("other") }),
        ("Revocation.identities", { $0.revoked.identities = [] }),
        ("Identity.issuer", { $0.revoked.identities = [.init(issuer: "other", subject: "subject")] }),
        ("Identity.subject", { $0.revoked.identities = [.init(issuer: "issuer", subject: "other")] }),
        ("Policy.mode", { $0.mode = .warn }),
        ("Policy.signedReference", { $0.signedReference = .repository }),
        ("Policy.problems", { $0.problems = [] }),
    ]

    /// More than messages show of a text.
    private static let long = String(repeating: "x", count: 1000)

    private static func time(_ seconds: Int64, _ nanoseconds: Int32 = 0) -> PredicateRule.Bound {
        .time(Moment(seconds: seconds, nanoseconds: nanoseconds))
    }

    private static func managed(_ number: UInt8, _ window: ClosedRange<Int64>?) throws -> SignerRequirement {
        let window = window.map { ValidityWindow(start: Moment(seconds: $0.lowerBound), end: Moment(seconds: $0.upperBound)) }
        return .keys([ManagedKey(try Samples.key(number).publicKey, window: window)])
    }

    @Test func `every change of any field is another content`() throws {
        var seen = [PolicySet([try Self.policy()]).content: "the policy as it was"]
        for (property, change) in Self.changes {
            var policy = try Self.policy()
            try change(&policy)
            let same = seen.updateValue(property, forKey: PolicySet([policy]).content)
            #expect(same == nil, "a change of \(property) has the content of \(same ?? "")")
        }
    }

    /// Whoever adds a field to a policy finds here that its content lacks it.
    @Test func `no field is left out of the changes`() throws {
        var found: Set<String> = []
        try Self.collect(try Self.policy(), into: &found)
        #expect(found == Set(Self.changes.map(\.property)))
    }

    /// Values without parts, or whose parts the changes go through.
    private static let leaves: Set<String> = [
        "String", "Int", "Bool", "Mode", "SignedReference", "Glob", "PublicKey", "TrustedRoot", "TextRequirement", "SubjectKind",
        "FulcioExtension", "PredicatePath", "Condition", "SignerRequirement", "Certificate", "DistinguishedNamePattern",
    ]

    private static func collect(_ value: Any, into found: inout Set<String>) throws {
        let mirror = Mirror(reflecting: value)
        let type = "\(Swift.type(of: value))"
        if leaves.contains(type) { return }
        switch mirror.displayStyle {
        case .collection, .set, .dictionary, .optional, .tuple:
            for child in mirror.children { try collect(child.value, into: &found) }
        case .struct:
            for child in mirror.children {
                found.insert("\(type).\(try #require(child.label))")
                try collect(child.value, into: &found)
            }
        default: Issue.record("\(type): say in this test what its parts are, and that its content has them all")
        }
    }

    @Test func `what Swift takes as equal is another content where its bytes differ`() throws {
        var (composed, decomposed) = (try Self.policy(), try Self.policy())
        (composed.revoked.keys, decomposed.revoked.keys) = (["\u{E9}"], ["e\u{301}"])
        #expect(composed == decomposed)
        #expect(PolicySet([composed]).content != PolicySet([decomposed]).content)
    }

    @Test func `where one text ends and the next begins is part of the content, and so is the order of what has one`() throws {
        func content(_ problems: [String]) throws -> [UInt8] {
            var policy = try Self.policy()
            policy.problems = problems
            return PolicySet([policy]).content
        }
        #expect(try content(["ab", "c"]) != content(["a", "bc"]))
        #expect(try content(["a", "b"]) != content(["b", "a"]))
        #expect(try content(["a", ""]) != content(["a"]))
        #expect(try content(["a"]) == content(["a"]))
    }

    @Test func `sets of policies are told apart, in whatever order they were handed in`() throws {
        var other = try Self.policy()
        other.name = "other"
        let (one, two) = (try Self.policy(), other)
        #expect(PolicySet([one, two]).content == PolicySet([two, one]).content)
        #expect(PolicySet([one, two]).content != PolicySet([one]).content)
        #expect(PolicySet([]).content != PolicySet([one]).content)
    }
}

import JSON
import Testing

@testable import Trust

/// SLSA provenance: the builder is the signer's, the build type is known, and no external parameter is left open.
@Suite struct ProvenanceTests {
    static let builder = "https://builder.example.test/v1"
    static let v1: JSON = [
        "buildDefinition": [
            "buildType": "https://example.test/type/v1",
            "externalParameters": ["workflow": ["ref": "refs/tags/v1", "path": "build.yml"], "inputs": ["debug": false]],
            "internalParameters": ["runner": "x"],
        ],
        "runDetails": ["builder": ["id": .string(builder)]],
    ]
    static let v0_2: JSON = [
        "builder": ["id": .string(builder)], "buildType": "https://example.test/type/v1",
        "invocation": ["configSource": ["uri": "git+https://git.example.test/x"], "parameters": ["level": 3], "environment": ["a": "b"]],
    ]

    static func rules(_ texts: String...) throws -> [PredicateRule] {
        try texts.map { try PredicateRule(JSON.parse($0), at: "externalParameters") }
    }

    static func requirement(
        builder: String = builder, signer: UInt8 = BundleSample.number, type: String = "https://example.test/type/v1",
        _ rules: [PredicateRule]
    ) throws -> ProvenanceRequirement {
        ProvenanceRequirement(
            builders: [.init(id: try .exact(builder), signer: .keys([ManagedKey(try Samples.key(signer).publicKey)]))],
            buildTypes: [type], externalParameters: rules)
    }

    func failure(_ predicate: JSON, _ provenance: ProvenanceRequirement, type: String = PredicateType.slsaProvenanceV1) throws -> String? {
        let content = BundleRequirement.Content.attestation(AttestationRequirement(predicateTypes: [type], provenance: provenance))
        let bundle = try BundleSample.envelope(BundleSample.statement(type, predicate: predicate).bytes())
        return try BundleSample.failure(bundle, BundleSample.requirement(content))?.description
    }

    static func all() throws -> [PredicateRule] {
        try rules(
            #"{"path":"workflow.ref","exact":"refs/tags/v1"}"#, #"{"path":"workflow.path","exact":"build.yml"}"#,
            #"{"path":"inputs.debug","exact":false}"#)
    }

    @Test func `provenance that the policy names whole is accepted`() throws {
        #expect(try failure(Self.v1, Self.requirement(Self.all())) == nil)
        let rules = try Self.rules(
            #"{"path":"configSource.uri","exact":"git+https://git.example.test/x"}"#, #"{"path":"parameters.level","range":{"min":3}}"#)
        #expect(try failure(Self.v0_2, Self.requirement(rules), type: PredicateType.slsaProvenanceV0_2) == nil)
    }

    @Test func `a builder's name in the word of another signer is worth nothing`() throws {
        let message = try failure(Self.v1, Self.requirement(signer: 4, Self.all()))
        #expect(message?.contains("the builder \"\(Self.builder)\" is none that the policy ties to the signer") == true)
        #expect(try failure(Self.v1, Self.requirement(builder: Self.builder + "0", Self.all()))?.contains("the builder") == true)
    }

    @Test func `another build type is refused`() throws {
        #expect(
            try failure(Self.v1, Self.requirement(type: "https://example.test/type/v2", Self.all()))?.contains("the build type") == true)
    }

    @Test func `an external parameter that no rule names is refused, in every version`() throws {
        let some = try Self.rules(#"{"path":"workflow","exists":true}"#)
        #expect(try failure(Self.v1, Self.requirement(some))?.contains("inputs.debug is named by no rule") == true)
        let added = Self.v1.changing("buildDefinition.externalParameters.new", to: [])
        #expect(try failure(added, Self.requirement(Self.all()))?.contains("new is named by no rule") == true)
        let nested = Self.v1.changing("buildDefinition.externalParameters.workflow.steps", to: [["run": "curl"]])
        #expect(try failure(nested, Self.requirement(Self.all()))?.contains("workflow.steps[0].run is named by no rule") == true)
        let old = try Self.rules(#"{"path":"configSource","exists":true}"#)
        #expect(
            try failure(Self.v0_2, Self.requirement(old), type: PredicateType.slsaProvenanceV0_2)?.contains(
                "parameters.level is named by no rule")
                == true)
    }

    @Test func `a hundred thousand parameters cost no more than the first that isn't named`() throws {
        var many = JSONObject()
        for number in 0..<20_000 { many["p\(number)"] = ["a": ["b": .array([JSON](repeating: 1, count: 5))]] }
        let predicate = Self.v1.changing("buildDefinition.externalParameters", to: .object(many))
        #expect(try failure(predicate, Self.requirement(Self.all()))?.contains("p0.a.b[0] is named by no rule") == true)
    }

    @Test func `an external parameter of another value, or one that is missing, is refused`() throws {
        let other = Self.v1.changing("buildDefinition.externalParameters.workflow.ref", to: "refs/heads/evil")
        #expect(try failure(other, Self.requirement(Self.all()))?.contains("workflow.ref: found \"refs/heads/evil\"") == true)
        let missing = Self.v1.changing("buildDefinition.externalParameters.workflow.ref", to: nil)
        #expect(try failure(missing, Self.requirement(Self.all()))?.contains("workflow.ref: nothing there") == true)
    }

    @Test(arguments: [
        "buildDefinition", "runDetails", "runDetails.builder", "runDetails.builder.id", "buildDefinition.buildType",
        "buildDefinition.externalParameters",
    ])
    func `provenance that lacks what must be judged is refused`(path: String) throws {
        for value in [nil, JSON.null, [1]] {
            #expect(
                try failure(Self.v1.changing(path, to: value), Self.requirement(Self.all()))?.contains("SLSA provenance without") == true)
        }
    }

    @Test func `another predicate type never counts as provenance`() throws {
        let requirement = AttestationRequirement(predicateTypes: ["https://example.test/p"], provenance: try Self.requirement(Self.all()))
        let bundle = try BundleSample.envelope(BundleSample.statement(predicate: Self.v1).bytes())
        #expect(try BundleSample.failure(bundle, BundleSample.requirement(.attestation(requirement)))?.reason == "predicateTypeMismatch")
    }
}

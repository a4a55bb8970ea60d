import JSON
import Testing

@testable import Trust

/// A policy's rules over predicates: exact, one of, range, exists.
@Suite struct PredicateRuleTests {
    static let predicate: JSON = [
        "a": ["b": "x", "n": 3, "d": 2.5, "none": .null, "list": [1, 2, 3], "objects": [["k": "v"], ["k": "v"]], "empty": []],
        "finished": "2026-01-02T03:04:05Z", "a.b": "dotted",
    ]

    @Test(arguments: [
        (#"{"path":"a.b","exact":"x"}"#, true), (#"{"path":"a.b","exact":"X"}"#, false), (#"{"path":"a.b","exact":["x"]}"#, false),
        (#"{"path":"a.n","exact":3}"#, true), (#"{"path":"a.n","exact":3.0}"#, true), (#"{"path":"a.n","exact":"3"}"#, false),
        (#"{"path":"a.none","exact":null}"#, true), (#"{"path":"a.missing","exact":null}"#, false),
        (#"{"path":"a.list","exact":[1,2,3]}"#, true), (#"{"path":"a.list","exact":[3,2,1]}"#, false),
        (#"{"path":"a.objects[0]","exact":{"k":"v"}}"#, true), (#"{"path":"[\"a.b\"]","exact":"dotted"}"#, true),
        (#"{"path":"a.b","oneOf":["w","x"]}"#, true), (#"{"path":"a.b","oneOf":["w"]}"#, false),
        (#"{"path":"a.n","range":{"min":3,"max":3}}"#, true), (#"{"path":"a.n","range":{"min":3.5}}"#, false),
        (#"{"path":"a.n","range":{"max":2}}"#, false), (#"{"path":"a.d","range":{"min":2,"max":3}}"#, true),
        (#"{"path":"a.b","range":{"min":0}}"#, false),
        (#"{"path":"finished","range":{"min":"2026-01-01T00:00:00Z","max":"2026-12-31T00:00:00+01:00"}}"#, true),
        (#"{"path":"finished","range":{"max":"2026-01-01T00:00:00Z"}}"#, false),
        (#"{"path":"a.n","range":{"max":"2026-01-01T00:00:00Z"}}"#, false),
        (#"{"path":"a.b","exists":true}"#, true), (#"{"path":"a.missing","exists":true}"#, false),
        (#"{"path":"a.none","exists":true}"#, false), (#"{"path":"a.none","exists":false}"#, true),
        (#"{"path":"a.missing.deeper","exists":false}"#, true), (#"{"path":"a.b","exists":false}"#, false),
        (#"{"path":"a.list[*]","range":{"min":1,"max":3}}"#, true), (#"{"path":"a.list[*]","range":{"min":2}}"#, false),
        (#"{"path":"a.list[2]","exact":3}"#, true), (#"{"path":"a.list[3]","exact":3}"#, false),
        (#"{"path":"a.objects[*].k","exact":"v"}"#, true), (#"{"path":"a.objects[*].q","exact":"v"}"#, false),
        // Every element of nothing satisfies anything: that is no proof.
        (#"{"path":"a.empty[*]","exact":1}"#, false), (#"{"path":"a.b[*]","exact":"x"}"#, false),
    ])
    func `a rule holds, or is refused`(text: String, holds: Bool) throws {
        let rule = try PredicateRule(JSON.parse(text), at: "rules[0]")
        if holds {
            try rule.check(Self.predicate)
        } else {
            let error = #expect(throws: StatementFailure.self) { try rule.check(Self.predicate) }
            #expect(error?.name == "predicateRejected")
            #expect(error?.description.contains(rule.path.description) == true)
        }
    }

    @Test(arguments: [
        ("[]", "wanted an object"), ("{}", "path"), (#"{"path":"a"}"#, "0 conditions"),
        (#"{"path":"a","exact":1,"exists":true}"#, "2 conditions"),
        (#"{"path":"a","equals":1}"#, "unknown field \"equals\""), (#"{"path":"a","exact":1,"comment":"x"}"#, "unknown field"),
        (#"{"path":"a","oneOf":[]}"#, "at least one"), (#"{"path":"a","exists":1}"#, "true or false"),
        (#"{"path":"a","range":{}}"#, "min, max"),
        (#"{"path":"a","range":{"from":1}}"#, "unknown field \"from\""), (#"{"path":"a","range":{"min":2,"max":1}}"#, "above"),
        (#"{"path":"a","range":{"min":"x"}}"#, "RFC 3339"),
        (#"{"path":"a","range":{"min":1,"max":"2026-01-01T00:00:00Z"}}"#, "a number and a time"),
        (#"{"path":"a","range":{"min":[]}}"#, "wanted a number"), (#"{"path":"","exact":1}"#, "empty"),
        (#"{"path":"a..b","exact":1}"#, "empty step"),
        (#"{"path":"a[","exact":1}"#, "without ]"), (#"{"path":"a[-1]","exact":1}"#, "number"), (#"{"path":"a[01]","exact":1}"#, "number"),
        (#"{"path":"a.*","exact":1}"#, "["), (#"{"path":"a[\"b]","exact":1}"#, "[\"key\"]"), (#"{"path":"a]","exact":1}"#, "]"),
        (#"{"path":"$.a[?(@.b)]","exact":1}"#, "number"),
    ])
    func `a rule that isn't understood is an error of the policy, never passed over`(text: String, problem: String) throws {
        let json = try JSON.parse(text)
        let error = #expect(throws: PolicyProblem.self) { try PredicateRule(json, at: "rules[0]") }
        #expect(error?.description.contains("rules[0]") == true)
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test func `paths and rules that were mutated crash nothing`() throws {
        var generator = SeededGenerator(seed: 31)
        let original = Array(#"{"path":"a.objects[*][\"k.x\"].list[12]","oneOf":["w","x",{"a":[1,2.5,null]}]}"#.utf8)
        for _ in 0..<3_000 {
            guard let json = try? JSON.parse(original.mutated(by: &generator)), let rule = try? PredicateRule(json, at: "x") else {
                continue
            }
            try? rule.check(Self.predicate)
        }
        #expect(throws: PredicatePathError.self) { try PredicatePath(String(repeating: "a.", count: 300)) }
        #expect(throws: PredicatePathError.self) { try PredicatePath(String(repeating: "[*]", count: 33)) }
    }
}

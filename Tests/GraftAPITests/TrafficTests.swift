import GraftAPI
import JSON
import Schema
import Testing

@Suite("Traffic")
struct TrafficTests {
    private func accepts(_ step: JSON) -> Bool { Step.schema.errors(in: step).isEmpty }

    @Test(
        "is a share, matches, or both",
        arguments: [
            #"{"setTraffic": {"share": 5}}"#, #"{"setTraffic": {"share": "12.25%"}}"#,
            #"{"setTraffic": {"share": 5, "by": {"header": "x-user"}}}"#,
            #"{"setTraffic": {"match": [{"header": "x-canary", "values": ["true"]}, {"label": "tenant"}, {"group": "beta"}]}}"#,
            #"{"setTraffic": {"share": 5, "by": {"label": "tenant"}, "match": [{"group": "beta"}]}}"#,
        ])
    func accepted(text: String) throws {
        let json = try JSON.parse(text)
        #expect(accepts(json), "\(text)")
        #expect(try Step(from: Step(from: json).json) == Step(from: json))
    }

    @Test(
        "that says nothing, or two things at once, is refused",
        arguments: [
            #"{"setTraffic": {}}"#, #"{"setTraffic": {"by": {"header": "x-user"}}}"#, #"{"setTraffic": {"share": "1.234%"}}"#,
            #"{"setTraffic": {"match": [{"group": "beta"}], "by": {"header": "x"}}}"#, #"{"setTraffic": {"match": []}}"#,
            #"{"setTraffic": {"share": 5, "by": {"header": "x", "label": "y"}}}"#, #"{"setTraffic": {"share": 5, "by": {}}}"#,
            #"{"setTraffic": {"match": [{"header": "x", "group": "y"}]}}"#, #"{"setTraffic": {"match": [{"values": ["y"]}]}}"#,
            #"{"setTraffic": {"match": [{"header": "x y"}]}}"#, #"{"setTraffic": {"share": 5}, "setWeight": 5}"#,
            #"{"setTraffic": {"match": [{"header": "a", "values": ["1", "2", "3", "4", "5"]}]}}"#,
        ])
    func refused(text: String) throws { #expect(!accepts(try JSON.parse(text)), "\(text)") }

    @Test("A rule takes in what a step asks beyond it, and every call is no rule at all")
    func sums() {
        let first = TrafficRule.none.adding(Traffic(share: Weight(percent: 5), match: [TrafficMatch(header: "x-canary", values: ["a"])]))!
        #expect(first.description == "5% of calls, and header x-canary=a")
        #expect(first.adding(Traffic(share: Weight(percent: 1))) == first, "what was sent is not taken back")
        let second = first.adding(
            Traffic(
                share: Weight(percent: 50), by: TrafficKey(label: "tenant"), match: [TrafficMatch(header: "x-canary", values: ["b", "a"])]))!
        #expect(second.description == "5% of calls, and 50% of calls by label tenant, and header x-canary=a|b")
        #expect(second.covers(first) && !first.covers(second) && second.covers(.none))
        #expect(second.adding(Traffic(share: nil, match: [TrafficMatch(header: "x-canary")]))?.matches.first?.values == [])
        #expect(second.adding(Traffic(share: .all)) == nil)
        #expect(TrafficRule.none.adding(Traffic(share: .all, by: TrafficKey(header: "x-user"))) != nil, "who has no such header stays")
        #expect(TrafficRule.none.adding(Traffic(share: Weight.none)) == TrafficRule.none)
    }

    @Test("Two decimals of a share come back from the cutoff that a plan holds", arguments: [1, 99, 100, 500, 1225, 3333, 9999, 10_000])
    func decimals(basisPoints: Int) {
        #expect(TrafficShare(Weight(basisPoints: basisPoints)).weight == Weight(basisPoints: basisPoints))
    }

    @Test("A rule's name is another for another rule and another salt, and the same when it was read back")
    func names() throws {
        let rules = [
            TrafficRule.none, TrafficRule(shares: [TrafficShare(Weight(percent: 5))]),
            TrafficRule(shares: [TrafficShare(Weight(percent: 6))]),
            TrafficRule(matches: [TrafficMatch(group: "beta")]), TrafficRule(matches: [TrafficMatch(label: "beta")]),
        ]
        let names = rules.flatMap { [$0.name(salt: "a"), $0.name(salt: "b")] }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.count == 16 })
        for rule in rules { #expect(try TrafficRule(from: JSON.parse(rule.json.bytes())).name(salt: "a") == rule.name(salt: "a")) }
    }

    @Test("A full rule holds what plans allow, and adds nothing beyond")
    func bounds() {
        var rule = TrafficRule.none
        for number in 0..<9 {
            rule =
                rule.adding(
                    Traffic(
                        share: Weight(percent: 5), by: TrafficKey(header: "h\(number)"),
                        match: [TrafficMatch(label: "l\(number)"), TrafficMatch(group: "g", values: [])])) ?? rule
            rule = rule.adding(Traffic(share: nil, match: [TrafficMatch(label: "l0", values: ["\(number)"])])) ?? rule
        }
        #expect(TrafficRule.schema.errors(in: rule.json).isEmpty)
        #expect(rule.shares.count == 4 && rule.matches.count == 4)
    }
}

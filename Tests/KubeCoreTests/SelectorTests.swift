import KubeCore
import Randomness
import Testing

@Suite struct LabelSelectorTests {
    @Test(
        "The text form is read and written back",
        arguments: [
            ("", ""), ("a=b", "a=b"), ("a==b", "a=b"), (" a = b ", "a=b"), ("a=", "a="), ("a!=b", "a notin (b)"), ("a", "a"), ("!a", "!a"),
            ("! a", "!a"), ("a in (x,y)", "a in (x,y)"), ("a in( x , y )", "a in (x,y)"), ("a notin (x)", "a notin (x)"),
            ("a in ()", "a in ()"),
            ("b=1,a=2", "a=2,b=1"), ("graft.dev/tier=edge,!spot", "graft.dev/tier=edge,!spot"), ("a=b,a=c", "a=b,a in (c)"),
            ("in=notin", "in=notin"),
        ])
    func reading(text: String, written: String) throws {
        let selector = try LabelSelector(text)
        #expect(selector.text == written)
        #expect(try LabelSelector(selector.text) == selector)
    }

    @Test(
        "What is no selector is refused, with a position",
        arguments: [
            ("=", 0), ("a=b,", 4), ("a b", 2), ("a in x", 5), ("a in (x", 7), ("a=b=c", 3), ("!a=b", 2), ("-a=b", 0), ("a=b c", 4),
            ("a=-", 2),
            ("a!b", 2), (",", 0), ("/a=b", 0), ("A.b/c/d", 0),
        ])
    func refusing(text: String, position: Int) {
        let error = #expect(throws: SelectorSyntaxError.self) { try LabelSelector(text) }
        #expect(error?.position == position, "\(String(describing: error))")
    }

    @Test(
        "All requirements must hold",
        arguments: [
            ("", true), ("tier=edge", true), ("tier=core", false), ("tier!=core", true), ("zone!=a", true), ("zone", false),
            ("!zone", true),
            ("tier in (a,edge)", true), ("tier notin (edge)", false), ("zone in (a)", false), ("tier=edge,zone=a", false),
            ("tier,!zone", true),
            ("tier=edge,tier=core", false),
        ])
    func matching(text: String, matches: Bool) throws {
        #expect(try LabelSelector(text).matches(["tier": "edge", "app": "x"]) == matches)
    }

    @Test func `Random text is read or refused, and what is read stays what it is`() {
        var random = SeededRandom(seed: 7)
        let alphabet = Array("ab1-._/=!,() in notin")
        for _ in 0..<5000 {
            let text = String((0..<Int.random(in: 0..<16, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            guard let selector = try? LabelSelector(text) else { continue }
            #expect((try? LabelSelector(selector.text)) == selector, "\(text)")
        }
    }
}

@Suite struct FieldSelectorTests {
    @Test(
        "The text form is read and written back",
        arguments: [
            ("", ""), ("spec.class=edge", "spec.class=edge"), ("a==b", "a=b"), ("a!=b,c=d", "a!=b,c=d"), ("a=", "a="),
            (#"a=x\,y\=z\\"#, #"a=x\,y\=z\\"#),
        ])
    func reading(text: String, written: String) throws {
        let selector = try FieldSelector(text)
        #expect(selector.text == written)
        #expect(try FieldSelector(selector.text) == selector)
    }

    @Test("What is no selector is refused", arguments: ["a", "=b", "a!b", "a=b=c", #"a=b\"#, #"a=\b"#, "!=a"])
    func refusing(text: String) { #expect(throws: SelectorSyntaxError.self) { try FieldSelector(text) } }

    @Test func `Values with commas survive`() throws {
        let selector: FieldSelector = ["metadata.name": "a,b=c"]
        #expect(try FieldSelector(selector.text) == selector)
    }

    @Test(
        "All requirements must hold; an absent field is empty",
        arguments: [
            ("a=1", true), ("a=2", false), ("a!=2", true), ("b=", true), ("b!=", false), ("a=1,b=1", false),
        ])
    func matching(text: String, matches: Bool) throws {
        #expect(try FieldSelector(text).matches { $0 == "a" ? "1" : nil } == matches)
    }
}

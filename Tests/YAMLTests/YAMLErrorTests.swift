import JSON
import Testing
import YAML

@Suite("Refusing YAML")
struct YAMLErrorTests {
    @Test(
        "what cannot be read is refused, with its position and what was wanted",
        arguments: [
            ("a: 1\na: 2\n", "line 2, column 1: the key \"a\" stands twice in this mapping; wanted each key once"),
            ("{\"1\": a, 1: b}", "line 1, column 10: the key \"1\" stands twice in this mapping; wanted each key once"),
            ("a: .inf", "line 1, column 4: JSON has no .inf; wanted a finite number, or quotes around it"),
            ("a: [-.Inf]", "line 1, column 5: JSON has no -.inf; wanted a finite number, or quotes around it"),
            ("a: .NaN", "line 1, column 4: JSON has no .nan; wanted a finite number, or quotes around it"),
            (
                "9223372036854775808: a",
                "line 1, column 1: wanted a key up to 9223372036854775807, or quotes around it, found 9223372036854775808"
            ),
            ("a: !!int 08", "line 1, column 4: wanted a value that is !!int, found \"08\""),
            ("a: !!timestamp noon", "line 1, column 4: wanted a value that is !!timestamp, found \"noon\""),
            ("a: !!timestamp 2015-02-29", "line 1, column 4: wanted a value that is !!timestamp, found \"2015-02-29\""),
            ("a: !!timestamp 2015-01-01T1:2:3", "line 1, column 4: wanted a value that is !!timestamp, found \"2015-01-01T1:2:3\""),
            ("a: !!binary 'aG Vs'", "line 1, column 4: wanted base64 after !!binary"),
            ("a: &x [{}]\nb: {<<: *x}", "line 2, column 9: wanted a mapping, or a sequence of mappings, to merge with '<<', found array"),
            ("a: !!int x", "line 1, column 4: wanted a value that is !!int, found \"x\""),
            ("a: !!int 1.5", "line 1, column 4: wanted a value that is !!int, found \"1.5\""),
            ("a: !!bool 1", "line 1, column 4: wanted a value that is !!bool, found \"1\""),
            ("a: !!null x", "line 1, column 4: wanted a value that is !!null, found \"x\""),
            ("a: !!float x", "line 1, column 4: wanted a value that is !!float, found \"x\""),
            ("a: !!binary \"?\"", "line 1, column 4: wanted base64 after !!binary"),
            ("a: !!binary aGE", "line 1, column 4: wanted base64 after !!binary"),
            (
                "a: !!binary gIGC",
                "line 1, column 4: JSON has no binary values; wanted base64 of UTF-8 after !!binary, or a string without that tag"
            ),
            ("? [a]\n: 1", "line 1, column 3: wanted a key that is a string, found a sequence"),
            ("? {a: 1}\n: 1", "line 1, column 3: wanted a key that is a string, found a mapping"),
            ("~: 1", "line 1, column 1: wanted a key that is a string, found null"),
            ("?\n: 1", "line 1, column 2: wanted a key that is a string, found null"),
            ("a: &x [1]\n*x : 2", "line 2, column 1: wanted a key that is a string, found array"),
            ("a: *x", "line 1, column 4: wanted &x before *x, found none"),
            ("a: &x [1, *x]", "line 1, column 11: the value of &x contains itself"),
            ("a: &x 1\nb: &x {c: *x}", "line 2, column 11: the value of &x contains itself"),
            ("a: {<<: 1}", "line 1, column 9: wanted a mapping, or a sequence of mappings, to merge with '<<', found integer"),
            ("a: {<<: [{}, 1]}", "line 1, column 9: wanted a mapping, or a sequence of mappings, to merge with '<<', found integer"),
            // What libyaml says.
            ("a: [1, 2", "line 2, column 1: did not find expected ',' or ']', while parsing a flow sequence that starts on line 1"),
            ("a: b: c", "line 1, column 5: mapping values are not allowed in this context"),
            (
                "a:\n\tb: 1",
                "line 2, column 1: found character that cannot start any token, while scanning for the next token that starts on line 2"
            ),
            ("a: 'x", "line 1, column 6: found unexpected end of stream, while scanning a quoted scalar that starts on line 1"),
            ("a: 1\n b: 2", "line 2, column 3: mapping values are not allowed in this context"),
            ("- a\nb: 1", "line 2, column 1: did not find expected '-' indicator, while parsing a block collection that starts on line 1"),
            ("%YAML 2.0\n---\na", "line 1, column 1: found incompatible YAML document"),
            (
                "a: \"\\ud83d\"",
                "line 1, column 7: found invalid Unicode character escape code, while parsing a quoted scalar that starts on line 1"
            ),
            ("a: \u{1}", "line 1, column 4: control characters are not allowed; wanted UTF-8 text"),
        ])
    func refused(text: String, message: String) {
        let error = #expect(throws: YAMLError.self) { try YAML.documents(text) }
        #expect(error?.description == message)
    }

    @Test(
        "bytes that are no UTF-8 are refused",
        arguments: [
            [0x61, 0x3A, 0x20, 0xFF], [0x61, 0x3A, 0x20, 0xC0, 0x80], [0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80], [0x61, 0x3A, 0x20, 0xC3],
            [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0x61, 0x00],
        ] as [[UInt8]])
    func encoding(bytes: [UInt8]) {
        let error = #expect(throws: YAMLError.self) { try YAML.documents(bytes) }
        #expect(error?.reason.hasSuffix("wanted UTF-8 text") == true)
        #expect(error?.line == 1)
    }

    @Test("aliases of aliases are refused before they expand")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<20 {
            let alias = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(alias)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAML.document(text) }
        #expect(error?.reason == "aliases expand to more than 4194304 values and bytes; wanted fewer")
    }

    @Test("aliases of one long text are refused as well")
    func aliasedText() {
        let text =
            "a: &a \(String(repeating: "x", count: 10_000))\nb: [" + Array(repeating: "*a", count: 1000).joined(separator: ", ") + "]\n"
        #expect(throws: YAMLError.self) { try YAML.document(text) }
    }

    @Test("merges count as aliases do")
    func mergeBomb() {
        let members = (0..<1000).map { "k\($0): 1" }.joined(separator: ", ")
        let text = "a: &a {\(members)}\nb:\n" + String(repeating: "- {<<: *a}\n", count: 2000)
        #expect(throws: YAMLError.self) { try YAML.document(text) }
    }

    @Test("nesting up to the limit is accepted, one deeper is refused, in every style and through aliases")
    func depth() throws {
        let limits = YAMLLimits(depth: 3)
        #expect(try YAML.document("[[[1]]]", limits: limits) == [[[1]]])
        #expect(throws: YAMLError.self) { try YAML.document("[[[[1]]]]", limits: limits) }
        #expect(throws: YAMLError.self) { try YAML.document("- - - - 1", limits: limits) }
        #expect(throws: YAMLError.self) { try YAML.document("a:\n b:\n  c:\n   d: 1", limits: limits) }
        #expect(try YAML.document("- &a [[1]]\n- *a", limits: limits) == [[[1]], [[1]]])
        #expect(throws: YAMLError.self) { try YAML.document("- &a [[1]]\n- [*a]", limits: limits) }
        for hostile in ["[", "{a: ", "- ", "? "] {
            #expect(throws: YAMLError.self) { try YAML.document(String(repeating: hostile, count: 50_000)) }
        }
    }

    @Test("size and the number of directives are limited")
    func size() {
        let error = #expect(throws: YAMLError.self) { try YAML.document("abcdef", limits: YAMLLimits(size: 5)) }
        #expect(error?.reason == "the stream has 6 bytes; wanted at most 5")
        let tags = (0..<100).map { "%TAG !t\($0)! tag:x\n" }.joined()
        let directives = #expect(throws: YAMLError.self) { try YAML.document(tags + "---\na\n") }
        #expect(directives?.line == 65)
    }
}

import JSON
import Testing

/// Documents by category, each either JSON or not (RFC 8259); what is wrong with them is told elsewhere.
@Suite("Conformance with RFC 8259")
struct JSONConformanceTests {
    @Test(
        "structure: accepted",
        arguments: [
            "[[] ]", "[[],[[]]]", "{\"a\":[]}", "{\"a\":{}, \"b\":{}}", "[{}]", "[null, 1, \"1\", {}]", "\"\"", "0", "[[[[[[[[[[]]]]]]]]]]",
        ])
    func structureAccepted(text: String) throws { _ = try JSON.parse(text) }

    @Test(
        "structure: refused",
        arguments: [
            "[1,,2]", "[,]", "[1,", "[\"a\",\n4\n,1,", "[1:2]", "[\"\"", "[}", "{]", "{\"a\"}", "{\"a\",\"b\"}", "{\"a\"::1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1,,\"b\":2}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\":1}}", "{\"a\":1}#", "{\"a\":1}//", "{\"a\":1}/**/",
            "{\"a\":/*c*/1}", "[1]x", "[][]",
            "]", "}", ",", ":", "*", "<a>", "[a", "a", "{\"a\":a}", "'a'", "[1;2]", "(1)", "{\"a\":1,\"a\":1}", "{\"\":1,\"\":2}",
            "\"a\" \"b\"", "{\"a\":\"b",
            "[\"a\"x]", "{\"a\" b}", "[{\"a\":1}", "undefined", "[undefined]",
        ])
    func structureRefused(text: String) { #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) } }

    @Test("white space: accepted", arguments: [" 1", "1 ", "\t[\n1\r,\t2 ]\r\n", "{ \"a\" : 1 }"])
    func spaceAccepted(text: String) throws { _ = try JSON.parse(text) }

    @Test(
        "white space: refused",
        arguments: [
            "\u{C}1", "1\u{B}", "[1\u{A0}]", "\u{2028}1", "[\u{2060}]", "1\0", "\u{FEFF}", "[1]\u{FEFF}", "\u{85}1", " ", "\n\n", "[1\\n]",
        ])
    func spaceRefused(text: String) { #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) } }

    @Test(
        "numbers: accepted",
        arguments: [
            "0", "-0", "1", "-1", "10", "0.0", "-0.0", "0e0", "0E+1", "0e-1", "1e1", "1E22", "1e-2", "123.456e78", "123.456789", "1.0E+2",
            "-1e-5",
            "0.00000000000000000000000000000000000000000000000000000000000000000000000000000000001", "1e-10000", "1.7976931348623158e308",
            "4.9406564584124654e-324", "2.2250738585072011e-308",
            "179769313486231580793728971405303415079934132710037826936173778980444968.0e236",
        ])
    func numbersAccepted(text: String) throws {
        let value = try JSON.parse(text)
        #expect(value.double == Double(text))
    }

    @Test(
        "numbers: refused",
        arguments: [
            "-", "--1", "+1", "++1", "-+1", "1-2", "1+2", "01", "-01", "00", "012.3", "1.", ".1", "-.1", ".-1", "0.e1", "1..2", "1.2.3",
            "1e", "1E", "1e+",
            "1.0e-", "1e1e1", "1e1.5", "e1", "1a", "1 000", "1_000", "1,000", "0x1", "0b1", "0o7", "1f", "1L", "- 1", "NaN", "nan", "Inf",
            "Infinity",
            "-Infinity", "１", "٣", "1e1000", "-1e1000", "123456789012345678901234567890", "18446744073709551615", "$1",
        ])
    func numbersRefused(text: String) { #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) } }

    @Test(
        "strings: accepted",
        arguments: [
            #""a""#, #""\u0000""#, #""\uFFFF""#, #""\ufdd0""#, #""\ud834\udd1e""#, #""\uDBFF\uDFFF""#, #""\\u0000""#, #""\"""#, #""\/""#,
            "\"\u{7F}\"", "\"/\"",
            "\"é\u{0301}\"", "\"\u{10FFFF}\"", "\"\u{FFFE}\"", "\"\u{2028}\u{2029}\"", #""\u0022\u005C""#, "\"￿\"",
        ])
    func stringsAccepted(text: String) throws { _ = try JSON.parse(text) }

    @Test(
        "strings: refused",
        arguments: [
            "\"", "\"\"\"", "'a'", "\"a", "\"\\\"", "\"\\", #""\a""#, #""\0""#, #""\x00""#, #""\U0041""#, #""\'""#, #""\ ""#, #""\u""#,
            #""\u1""#, #""\u12""#,
            #""\u123""#, #""\u123x""#, #""\u 123""#, #""\u+123""#, #""\u{41}""#, #""\ud800""#, #""\udfff""#, #""\ud800x""#, #""\ud800\""#,
            #""\ud800\u""#,
            #""\ud800\ud800""#, #""\udc00\ud800""#, #""\ud800\n""#, #""\uＡ000""#, "\"\n\"", "\"\r\"", "\"\t\"", "\"\0\"", "\"\u{1F}\"",
            "\"\\\n\"", "\"\\é\"", "“a”",
        ])
    func stringsRefused(text: String) { #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) } }

    @Test(
        "literals: refused",
        arguments: [
            "nul", "nulll", "Null", "NULL", "tru", "truth", "TRUE", "True", "fals", "falsee", "False", "nil", "none", "t", "n", "f",
        ])
    func literalsRefused(text: String) { #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) } }
}

import JSON
import Testing

@Suite("Parsing JSON")
struct JSONParserTests {
    @Test(
        "a valid document becomes its value",
        arguments: [
            ("null", .null),
            (" \t\r\n true \n", true),
            ("false", false),
            ("\"\"", ""),
            ("[]", []),
            ("{}", [:]),
            ("[ ]", []),
            ("{ }", [:]),
            ("[1,[2,[3]],{}]", [1, [2, [3]], [:]]),
            ("{\"a\":{\"b\":[{\"c\":null}]},\"\":1}", ["a": ["b": [["c": nil]]], "": 1]),
            // Numbers.
            ("0", 0),
            ("-0", 0),
            ("-0.0", .double(-0.0)),
            ("-1", -1),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("1.0", 1.0),
            ("1e3", 1000.0),
            ("1E+3", 1000.0),
            ("12.5e-1", 1.25),
            ("0.1", 0.1),
            ("0e0", 0.0),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("1e-400", 0.0),
            ("9007199254740993.0", 9007199254740992.0),
            ("0.000000000000000000000000000001234567890123456789", 1.234567890123456789e-30),
            ("123456789012345678901234567890.0", 1.2345678901234568e29),
            // Strings.
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u20AC\ud83d\uDE00\u0000""#, "Aé€😀\0"),
            ("\"é€😀\u{7F}\u{2028}\u{10FFFF}\"", "é€😀\u{7F}\u{2028}\u{10FFFF}"),
            ("\"\u{FEFF}\"", "\u{FEFF}"),
            (#""€\n€""#, "€\n€"),
        ] as [(String, JSON)])
    func accepted(text: String, value: JSON) throws {
        let parsed = try JSON.parse(text)
        #expect(parsed == value)
        #expect(parsed.text() == value.text())
        #expect(try JSON.parse(parsed.text(.pretty)) == value)
    }

    @Test(
        "an invalid document is refused, with its position and what was wanted",
        arguments: [
            ("", 1, 1, "wanted a value, found the end of the document"),
            ("  \n ", 2, 2, "wanted a value, found the end of the document"),
            ("nul", 1, 4, "wanted 'null', found the end of the document"),
            ("nulL", 1, 4, "wanted 'null', found 'L'"),
            ("True", 1, 1, "wanted a value, found 'T'"),
            ("1 2", 1, 3, "wanted the end of the document, found '2'"),
            ("{}}", 1, 3, "wanted the end of the document, found '}'"),
            ("nullx", 1, 5, "wanted the end of the document, found 'x'"),
            ("[1,]", 1, 4, "wanted a value, found ']'"),
            ("[,1]", 1, 2, "wanted a value, found ','"),
            ("[1 2]", 1, 4, "wanted ',' or ']', found '2'"),
            ("[1", 1, 3, "wanted ',' or ']', found the end of the document"),
            ("[", 1, 2, "wanted a value, found the end of the document"),
            ("[1}", 1, 3, "wanted ',' or ']', found '}'"),
            ("{\"a\":1,}", 1, 8, "wanted a key in quotes, found '}'"),
            ("{,}", 1, 2, "wanted a key in quotes or '}', found ','"),
            ("{a:1}", 1, 2, "wanted a key in quotes or '}', found 'a'"),
            ("{'a':1}", 1, 2, "wanted a key in quotes or '}', found '''"),
            ("{\"a\" 1}", 1, 6, "wanted ':' after a key, found '1'"),
            ("{\"a\":}", 1, 6, "wanted a value, found '}'"),
            ("{\"a\":1", 1, 7, "wanted ',' or '}', found the end of the document"),
            ("{\"a\":1]", 1, 7, "wanted ',' or '}', found ']'"),
            ("{\"a\":1,\n \"a\":2}", 2, 2, "the key \"a\" stands twice in this object; wanted each key once"),
            ("{\"a\":1,\"\\u0061\":2}", 1, 8, "the key \"a\" stands twice in this object; wanted each key once"),
            ("// c\n1", 1, 1, "wanted a value, found '/'"),
            ("\u{FEFF}1", 1, 1, "wanted a value, found a byte-order mark"),
            // Numbers.
            ("01", 1, 1, "a number starts with a needless 0; wanted it without"),
            ("-01", 1, 2, "a number starts with a needless 0; wanted it without"),
            ("-", 1, 2, "wanted a digit, found the end of the document"),
            ("+1", 1, 1, "wanted a value, found '+'"),
            (".5", 1, 1, "wanted a value, found '.'"),
            ("1.", 1, 3, "wanted a digit after the decimal point, found the end of the document"),
            ("1.e3", 1, 3, "wanted a digit after the decimal point, found 'e'"),
            ("1e", 1, 3, "wanted a digit of the exponent, found the end of the document"),
            ("1e+x", 1, 4, "wanted a digit of the exponent, found 'x'"),
            ("0x1F", 1, 2, "wanted the end of the document, found 'x'"),
            ("NaN", 1, 1, "wanted a value, found 'N'"),
            ("-Infinity", 1, 2, "wanted a digit, found 'I'"),
            (
                "[9223372036854775808]", 1, 2,
                "the integer does not fit into 64 bits; wanted one from -9223372036854775808 to 9223372036854775807"
            ),
            (
                "-9223372036854775809", 1, 1,
                "the integer does not fit into 64 bits; wanted one from -9223372036854775808 to 9223372036854775807"
            ),
            ("1e309", 1, 1, "the number is too large for a double; wanted one below 1.8e308"),
            ("[-1.8e308]", 1, 2, "the number is too large for a double; wanted one below 1.8e308"),
            ("1e99999999999999999999999", 1, 1, "the number is too large for a double; wanted one below 1.8e308"),
            // Strings.
            ("\"abc", 1, 1, "the string that starts here has no end; wanted a closing quote"),
            ("\"a\\", 1, 4, "wanted one of \" \\ / b f n r t u after a backslash, found the end of the document"),
            (#""\x41""#, 1, 3, "wanted one of \" \\ / b f n r t u after a backslash, found 'x'"),
            (#""\u12G4""#, 1, 6, "wanted four hexadecimal digits after \\u, found 'G'"),
            (#""\u00""#, 1, 6, "wanted four hexadecimal digits after \\u, found '\"'"),
            (#""a\ud800""#, 1, 3, "a high surrogate stands alone; wanted a low surrogate after it"),
            (#""\ud800\n""#, 1, 2, "a high surrogate stands alone; wanted a low surrogate after it"),
            (#""\ud800\u0041""#, 1, 2, "a high surrogate stands alone; wanted a low surrogate after it"),
            (#""\udc00""#, 1, 2, "a low surrogate stands alone; wanted a high surrogate before it"),
            ("\"a\nb\"", 1, 3, "wanted control characters in strings to be escaped, found byte 0x0A"),
            ("\"\u{0}\"", 1, 2, "wanted control characters in strings to be escaped, found byte 0x00"),
            ("\"\t\"", 1, 2, "wanted control characters in strings to be escaped, found byte 0x09"),
        ])
    func refused(text: String, line: Int, column: Int, reason: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) }
        #expect(error?.reason == reason)
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test(
        "invalid UTF-8 is refused at its first bad byte",
        arguments: [
            ([0x80], 0), ([0x61, 0xFF], 1), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xC3], 0), ([0x61, 0xC3, 0x28], 1),
            ([0xE0, 0x80, 0x80], 0), ([0xE0, 0x9F, 0xBF], 0), ([0xED, 0xA0, 0x80], 0), ([0xED, 0xBF, 0xBF], 0), ([0xE2, 0x82], 0),
            ([0xF0, 0x80, 0x80, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0), ([0xF8], 0),
            ([0x5C, 0x6E, 0xE2, 0x82, 0xAC, 0xFE], 5),
        ] as [([UInt8], Int)])
    func invalidUTF8(content: [UInt8], bad: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse([0x22] + content + [0x22]) }
        #expect(error?.reason == "the bytes here are not valid UTF-8; wanted a string in UTF-8")
        #expect(error?.offset == bad + 1)
    }

    @Test("nesting up to the limit is accepted, one deeper is refused, and a hostile depth costs no stack")
    func depth() throws {
        let limits = JSONLimits(depth: 3)
        #expect(try JSON.parse("[{\"a\":[]}]", limits: limits) == [["a": []]])
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse("[[[\n[]]]]", limits: limits) }
        #expect(error?.reason == "nested deeper than 3 arrays and objects; wanted a flatter document")
        #expect(error?.line == 2)
        #expect(throws: JSONSyntaxError.self) { try JSON.parse(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) }
    }

    @Test("a document larger than the limit is refused, from a stream of bytes too")
    func size() throws {
        let limits = JSONLimits(size: 4)
        #expect(try JSON.parse("1234", limits: limits) == 1234)
        #expect(throws: JSONSyntaxError.self) { try JSON.parse("12345", limits: limits) }
        let endless = sequence(first: UInt8(ascii: "1")) { $0 }
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(endless, limits: limits) }
        #expect(error?.reason == "the document is larger than 4 bytes; wanted a smaller one")
    }

    @Test("bytes that are not contiguous are read as well")
    func lazyBytes() throws {
        #expect(try JSON.parse("[1,2]".utf8.lazy.map { $0 }) == [1, 2])
    }

    @Test("members keep their order, and many of them are found")
    func order() throws {
        let keys = (0..<100).map { "key\(($0 * 37) % 100)" }
        let text = "{" + keys.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let object = try #require(try JSON.parse(text).object)
        #expect(object.keys == keys)
        for key in keys { #expect(object[key] == .string(key)) }
    }
}

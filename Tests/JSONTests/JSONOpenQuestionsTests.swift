import JSON
import Testing

/// What RFC 8259 leaves to the parser, and what is not text at all: the categories in which parsers differ, with what this one does.
@Suite("What the specification leaves open")
struct JSONOpenQuestionsTests {
    /// Whether the bytes are accepted; a reader that skips everything must say the same as one that makes everything.
    private func isAccepted(_ bytes: [UInt8]) -> Bool {
        let isTree = (try? JSON.parse(bytes)) != nil
        #expect(((try? Skipped(parsing: bytes)) != nil) == isTree)
        return isTree
    }

    private struct Skipped: JSONDecodable {
        init(from json: JSON, at path: JSONPath) {}
        init(reading node: JSONNode) {}
    }

    @Test(
        "numbers: too large is an error, too small is zero, and digits beyond a double's are rounded",
        arguments: [
            ("123.456e-789", true), ("0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999", false),
            ("-1e+9999", false), ("1.5e+9999", false), ("-123123e100000", false), ("123123e100000", false), ("123e-10000000", true),
            ("-123123123123123123123123123123", false), ("100000000000000000000", false),
            ("-237462374673276894279832749832423479823246", false),
            ("123123123123123123123123123123.0", true), ("0e+99999999999999999999", true), ("-0", true), ("-0e1", true),
            ("0.1000000000000000055511151231257827021181583404541015625", true), ("1.0e308", true), ("17976931348623157e292", true),
        ])
    func numbers(text: String, isAccepted: Bool) throws {
        #expect(self.isAccepted(Array(text.utf8)) == isAccepted)
        #expect(self.isAccepted(Array("[\(text) ]".utf8)) == isAccepted)
        if isAccepted { #expect(try JSON.parse(text).double == Double(text)) }
    }

    @Test(
        "escaped surrogates without their partner are errors, in keys too",
        arguments: [
            #"\uDADA"#, #"\uD888\u1234"#, #"\uD800\n"#, #"\uDd1ea"#, #"\uD800\uD800\n"#, #"\ud800"#, #"\ud800abc"#, #"\uDd1e\uD834"#,
            #"\uDFAA"#,
            #"\uD800\uE000"#, #"\uD834\\uDD1E"#,
        ])
    func surrogates(text: String) {
        #expect(!isAccepted(Array("[\"\(text)\"]".utf8)))
        #expect(!isAccepted(Array("{\"\(text)\":0}".utf8)))
    }

    @Test(
        "characters that are none, and those that stand for nothing visible, are texts like others",
        arguments: [
            "\u{1FFFF}", "\u{10FFFF}", "\u{2028}", "\u{7F}", "\u{80}", "\u{200B}", "\u{FEFF}", "⍂㈴⍂", "\u{1D11E}",
            "\\u0000", "\\uFFFE", "\\uFDD0", "\\uDBFF\\uDFFE", "\\uD83F\\uDFFF", "\\u200B", "\\u0012", "\\\"\\\\\\/\\b\\f\\n\\r\\t",
        ])
    func characters(text: String) { #expect(isAccepted(Array("[\"\(text)\"]".utf8)) && isAccepted(Array("{\"\(text)\":0}".utf8))) }

    @Test(
        "other encodings, and bytes that are no UTF-8, are errors",
        arguments: [
            // UTF-16 with and without a byte-order mark, UTF-32, Latin 1.
            [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x5D], [0x5B, 0x00, 0x5D, 0x00], [0x00, 0x5B, 0x00, 0x5D],
            [0x5B, 0x00, 0x00, 0x00, 0x5D, 0x00, 0x00, 0x00], [0x5B, 0x22, 0xE9, 0x22, 0x5D],
            // A mark before a document, and nothing but one.
            [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0xEF, 0xBB, 0xBF], [0xEF, 0xBB], [0xEF],
            // Overlong, surrogates, beyond the last character, truncated, continuation alone; in texts, in keys and outside.
            [0x5B, 0x22, 0xC0, 0xAF, 0x22, 0x5D], [0x5B, 0x22, 0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF, 0x22, 0x5D],
            [0x5B, 0x22, 0xFC, 0x80, 0x80, 0x80, 0x80, 0x80, 0x22, 0x5D], [0x5B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x5D],
            [0x5B, 0x22, 0xF4, 0xBF, 0xBF, 0xBF, 0x22, 0x5D], [0x5B, 0x22, 0xE0, 0xFF, 0x22, 0x5D], [0x5B, 0x22, 0x81, 0x22, 0x5D],
            [0x7B, 0x22, 0xB9, 0x22, 0x3A, 0x30, 0x2C, 0x7D], [0x5B, 0xFF, 0x5D], [0x5B, 0x31, 0xE5, 0x5D], [0xE5], [0xE2, 0x81, 0xA0],
            [0x5B, 0x22, 0x5C, 0xE5, 0x22, 0x5D], [0x5B, 0x22, 0x5C, 0x75, 0xE5, 0x22, 0x5D], [0x5B, 0x30, 0x65, 0xE5, 0x5D],
            [0x5B, 0x2D, 0x31, 0xE5, 0x5D], [0x5B, 0x61, 0xE5, 0x5D],
        ] as [[UInt8]])
    func encodings(bytes: [UInt8]) { #expect(!isAccepted(bytes)) }

    @Test("zero bytes are errors everywhere, at the end and as white space too")
    func zeroBytes() {
        for text in ["\0", "1\0", "[\0]", "[1]\0", "\"\0\"", "{\"a\"\0:1}", "[1,\02]", "nul\0l"] { #expect(!isAccepted(Array(text.utf8))) }
    }

    @Test("a key that stands twice is an error, its value the same or another", arguments: [#"{"a":"b","a":"c"}"#, #"{"a":"b","a":"b"}"#])
    func duplicateKeys(text: String) { #expect(!isAccepted(Array(text.utf8))) }

    @Test(
        "any value is a document, with white space around it",
        arguments: ["42", "-0.1", "null", "false", "\"asd\"", "\" \"", "[]\n", " [] "])
    func lonelyValues(text: String) { #expect(isAccepted(Array(text.utf8))) }

    @Test("depth is an error beyond the limit, whatever is opened and however often", arguments: ["[", "[{\"\":", "{\"a\":"])
    func depth(opening: String) {
        for count in [129, 500, 100_000] { #expect(!isAccepted(Array(String(repeating: opening, count: count).utf8))) }
        #expect(isAccepted(Array((String(repeating: "[", count: 128) + String(repeating: "]", count: 128)).utf8)))
        #expect(!isAccepted(Array((String(repeating: "[", count: 129) + String(repeating: "]", count: 129)).utf8)))
    }

    @Test("a text is the same at every place of a word and of the document's end", arguments: 0..<24)
    func alignment(padding: Int) throws {
        let space = String(repeating: " ", count: padding)
        for length in 0..<24 {
            let text = String(repeating: "x", count: length)
            for (written, value) in [(text, text), (text + "\\n", text + "\n"), (text + "é", text + "é"), ("\\\"" + text, "\"" + text)] {
                #expect(try JSON.parse("\(space)\"\(written)\"") == .string(value))
                #expect(try JSON.parse("\(space){\"\(written)\":1,\"\(written)2\":2}") == [value: 1, value + "2": 2])
                #expect(!isAccepted(Array("\(space)\"\(written)".utf8)))
                #expect(!isAccepted(Array("\(space)\"\(written)\u{1}\"".utf8)))
                #expect(!isAccepted(Array("\(space){\"\(written)\":1,\"\(written)\":2}".utf8)))
            }
        }
    }
}

import JSON
import Testing

@testable import Trust

@Suite struct RegularExpressionTests {
    /// Pattern, texts that it matches as a whole, texts that it doesn't.
    @Test(
        arguments: [
            ("abc", ["abc"], ["ab", "abcd", "xabc", "ABC", ""]),
            ("a|bc", ["a", "bc"], ["ac", "abc", "b"]),
            ("^a|b$", ["a", "b"], ["ax", "xb"]),
            ("a*", ["", "a", "aaaa"], ["b", "ab"]),
            ("a+b?", ["a", "ab", "aab"], ["b", "abb"]),
            ("a{2}", ["aa"], ["a", "aaa"]),
            ("a{2,}", ["aa", "aaaaa"], ["a"]),
            ("a{1,3}", ["a", "aaa"], ["", "aaaa"]),
            ("a{0}b", ["b"], ["ab"]),
            ("(ab)+?", ["ab", "abab"], ["aba"]),
            ("(?:a|b)*c", ["c", "abac"], ["ab"]),
            (".", ["x", "é", "🙂", "\r"], ["", "\n", "xy"]),
            ("[a-c]", ["a", "b", "c"], ["d", "-"]),
            ("[^a-c]", ["d", "\n", "é"], ["a", ""]),
            ("[a-]", ["a", "-"], ["b"]),
            ("[-a]", ["a", "-"], ["b"]),
            ("[a-c-e]", ["b", "-", "e"], ["d"]),
            ("[\\]\\[\\-\\\\]+", ["]", "[-\\"], ["a"]),
            ("[\\d.]+", ["1.2"], ["a"]),
            ("\\d\\D", ["1a"], ["11", "٣a"]),
            ("\\w+", ["a_Z9"], ["é", "-"]),
            ("\\s\\S", [" a", "\ta"], ["\u{b}a", "\u{a0}a", "  "]),
            ("a\\.b", ["a.b"], ["axb"]),
            ("\\t\\n\\r\\f\\v\\a", ["\t\n\r\u{c}\u{b}\u{7}"], [""]),
            ("\\Aab\\z", ["ab"], ["ab\n"]),
            ("ab$", ["ab"], ["ab\n"]),
            ("a^b", [], ["ab", "a^b"]),
            ("(^a)?b", ["b", "ab"], ["aab"]),
            ("(|a)b", ["b", "ab"], ["a"]),
            ("(a*)*", ["", "aaa"], ["b"]),
            ("()", [""], ["a"]),
            (
                "https://github\\.com/org/.+/\\.github/workflows/[a-z]+\\.ya?ml@refs/(heads/main|tags/v\\d+)",
                [
                    "https://github.com/org/r/.github/workflows/x.yml@refs/heads/main",
                    "https://github.com/org/r/.github/workflows/x.yaml@refs/tags/v12",
                ],
                [
                    "https://github.com/org/r/.github/workflows/x.yml@refs/heads/main2",
                    "https://githubXcom/org/r/.github/workflows/x.yml@refs/heads/main",
                ]
            ),
            ("é", ["é"], ["e\u{301}", "e"]),
        ] as [(String, [String], [String])])
    func `a pattern matches whole texts as RE2 does`(pattern: String, matching: [String], other: [String]) throws {
        let expression = try RegularExpression(pattern)
        for text in matching { #expect(expression.matches(text), "\(pattern) on \(text.debugDescription)") }
        for text in other { #expect(!expression.matches(text), "\(pattern) on \(text.debugDescription)") }
    }

    @Test func `what is wrong with a pattern is said without what would steer a terminal`() {
        for pattern in ["(\u{1b}[2J\u{202e}", "a\\\u{0}", "\u{2028}["] {
            let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
            let scalars = error?.description.unicodeScalars ?? "".unicodeScalars
            #expect(!scalars.isEmpty && !scalars.contains { $0.value < 0x20 || ["\u{202e}", "\u{2028}"].contains($0) })
        }
    }

    @Test(arguments: [
        "", "(", ")", "a)", "(a", "[", "[a", "[]", "[]a]", "[^]a]", "[[:alpha:]]", "a**", "a+?*", "*", "+a", "?", "{1}", "a{", "a{,2}",
        "a{2,1}",
        "a{1001}", "a{1,99999999999999999999}", "a}", "]", "\\", "\\x41", "\\101", "\\b", "\\B", "\\pL", "\\Q.\\E", "\\C", "\\é", "\\ ",
        "(?i)a", "(?P<n>a)",
        "(?<n>a)", "(?=a)", "(?!a)", "(?#a)", "[z-a]", "[a-\\d]", "[\\d-z]", "[\\D]", "\\1",
    ])
    func `what isn't taken of the syntax is refused`(pattern: String) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    }

    @Test func `patterns that grow beyond reason are refused`() {
        for pattern in [
            "((a{1000}){1000}){1000}", "(((){1000}){1000}){1000}", "((((){0,1000}){1000}){1000}){1000}",
            String(repeating: "(", count: 1000),
            String(repeating: "a", count: RegularExpression.patternLimit + 1), String(repeating: "a{500}", count: 20),
        ] {
            #expect(throws: RegularExpressionError.self, "\(pattern.prefix(40))") { try RegularExpression(pattern) }
        }
    }

    @Test func `patterns that make other engines backtrack for ever take time that grows with the text alone`() throws {
        let text = String(repeating: "a", count: RegularExpression.textLimit - 1) + "!"
        for pattern in [
            "(a+)+", "(a|a)*", "(a|aa)+", "(.*a){20}", "(a*)*b", "a?{0}(a?){30}a{30}".replacing("a?{0}", with: ""), "([a-zA-Z]+)*",
        ] {
            #expect(try !RegularExpression(pattern).matches(text), "\(pattern)")
        }
    }

    @Test func `a text longer than any name isn't matched`() throws {
        let expression = try RegularExpression(".*")
        #expect(expression.matches(String(repeating: "a", count: RegularExpression.textLimit)))
        #expect(!expression.matches(String(repeating: "a", count: RegularExpression.textLimit + 1)))
    }

    @Test func `what is taken means what RE2 says it means, and nothing is taken that RE2 refuses`() throws {
        var taken = 0
        for one in try #require(JSON.parse(Fixtures.bytes("expressions/re2.json")).array) {
            let pattern = try #require(one[0]?.string)
            guard let expression = try? RegularExpression(pattern) else { continue }
            taken += 1
            guard let matching = one[1]?.array, let other = one[2]?.array else {
                Issue.record("RE2 refuses \(pattern)")
                continue
            }
            for text in matching { #expect(expression.matches(text.string ?? ""), "\(pattern) on \(text)") }
            for text in other { #expect(!expression.matches(text.string ?? ""), "\(pattern) on \(text)") }
        }
        #expect(taken == 2009)
    }

    @Test func `any pattern is either taken or refused, and matching it ends`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0010)
        let letters = Array("ab(()|*+?{1,2}[a-b]^$.\\dwAz\\.é")
        var taken = 0
        for _ in 0..<4000 {
            let pattern = String(
                (0..<Int.random(in: 1...14, using: &generator)).compactMap { _ in letters.randomElement(using: &generator) })
            guard let expression = try? RegularExpression(pattern) else { continue }
            taken += 1
            let text = String((0..<Int.random(in: 0...8, using: &generator)).compactMap { _ in "ab1.é".randomElement(using: &generator) })
            // The standard library's engine, which means the same by what is taken, but for its own idea of a character.
            guard let other = try? Regex(pattern).matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters() else {
                continue
            }
            #expect(expression.matches(text) == (text.wholeMatch(of: other) != nil), "\(pattern) on \(text)")
        }
        #expect(taken > 300)
    }
}

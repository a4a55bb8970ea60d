import JSON
import Randomness
import Testing
import YAML

@Suite("Writing YAML")
struct YAMLWriterTests {
    @Test("a document is written in block style, members in their order")
    func layout() {
        let value: JSON = [
            "apiVersion": "v1", "kind": "Config",
            "clusters": [["name": "a", "cluster": ["server": "https://127.0.0.1:6443", "ports": [1, 2]]]],
            "empty": [], "none": [:], "nested": [[1, [2]], [["k": "v", "l": nil]]], "text": "one\n  two\n\nthree\n", "tail": "x\ny",
            "weight": "12.5%",
            "version": "1.10", "flag": "yes", "ratio": 1.0, "note": "a: b # c",
        ]
        #expect(
            YAML.text(value) == """
                apiVersion: v1
                kind: Config
                clusters:
                - name: a
                  cluster:
                    server: https://127.0.0.1:6443
                    ports:
                    - 1
                    - 2
                empty: []
                none: {}
                nested:
                - - 1
                  - - 2
                - - k: v
                    l: null
                text: |
                  one
                    two

                  three
                tail: |-
                  x
                  y
                weight: 12.5%
                version: "1.10"
                flag: "yes"
                ratio: 1.0
                note: "a: b # c"

                """)
    }

    @Test(
        "strings that a reader might take for something else are quoted",
        arguments: [
            "", "~", "null", "NULL", "true", "False", "yes", "NO", "on", "Off", "y", "N", "yEs", "nan", "1", "-1", "+1", "0x1F", "0o17",
            "017", "1_000",
            "1e3", "1.5", ".5", ".inf", "-.INF", ".nan", "2015-01-01", "2001-12-14t21:59:43.10-05:00", "12:30:45", "1:1", "-", "- a",
            "--- a", "...", "... what", "...what",
            "?", "? a", ":", ": a", "a:", "a: b", "a #b", "#a", "&a", "*a", "!a", "|", ">", "'a'", "\"a\"", "%a", "@a", "`a", "{a}", "[a]",
            ",a", " a",
            "a ", "=", "<<", "a\tb", "a\rb", "\u{85}", "\u{FEFF}", "\u{2028}", "\u{7F}", "\0", "é\u{FFFF}",
        ])
    func quoted(text: String) throws {
        let value = JSON.object(["v": .string(text), text: "v"])
        let written = YAML.text(value)
        #expect(written.hasPrefix("v: \""))
        #expect(written.contains("\n\""))
        #expect(try YAML.document(written) == value)
    }

    @Test(
        "harmless strings are not",
        arguments: [
            "a", "a b", "a:b", "a#b", "--flag=x", "10Mi", "12.5%", "http://x/y?z=1&w=[2]", "/var/lib", "x86_64", "sha256:abcdef0123",
            "1.2.3-rc.1",
            "é€😀", "it's", "a \"b\"", "$(VAR)", "_x", ".spec.name", "v1", "nothing", "yesterday", "e3",
        ])
    func plain(text: String) throws {
        #expect(YAML.text(["v": .string(text)]) == "v: \(text)\n")
        #expect(try YAML.document("v: \(text)\n") == ["v": .string(text)])
    }

    @Test(
        "several lines become a block only where that loses nothing",
        arguments: [
            ("a\nb", true), ("a\n", true), ("a\n\n b\n", true), ("a\tb\nc", true), ("# a\n- b: |\n", true), ("---\na\n", true),
            ("\n", false),
            ("\na", false), (" a\nb", false), ("a \nb", false), ("a\n\n", false), ("a\r\nb", false), ("a\n\u{85}", false),
            ("a\n\tb", false),
            ("\ta\nb", false), ("a\n ", false), ("a\n\u{2029}b", false),
        ])
    func blocks(text: String, isBlock: Bool) throws {
        for value in [.string(text), ["k": .string(text)], [.string(text)], [[["k": .string(text), "l": 1]], 2]] as [JSON] {
            let written = YAML.text(value)
            #expect(written.contains("|") == (isBlock || text.contains("|")))
            #expect(try YAML.document(written) == value)
        }
    }

    @Test("keys that are too long for readers to find their colon are marked as keys")
    func longKeys() throws {
        let key = String(repeating: "k", count: 5000)
        let value: JSON = .object([key: 1, "a": [.object([key: ["b": 1]]), .object([key: [1, .object([key: "x\ny"])]])]])
        #expect(try YAML.document(YAML.text(value)) == value)
    }

    @Test("what JSON has no number for is written as the string that names it")
    func nonFinite() {
        #expect(YAML.text([.double(.infinity), .double(-.infinity), .double(.nan)]) == "- Infinity\n- -Infinity\n- \"NaN\"\n")
    }

    @Test("several documents are told apart")
    func documents() throws {
        let values: [JSON] = [["a": 1], [2], "x\ny\n", nil]
        let written = YAML.text(documents: values)
        #expect(written == "a: 1\n---\n- 2\n---\n|\n  x\n  y\n---\nnull\n")
        #expect(try YAML.documents(written) == values)
    }

    @Test("what is written is read back as the same value, of random values")
    func roundTrip() throws {
        var generator = SeededRandom(seed: 5)
        for _ in 0..<4000 {
            let value = JSON.random(depth: 5, using: &generator)
            let written = YAML.text(value)
            #expect(try YAML.document(written) == value.passedOn, "\(written)")
        }
    }

    @Test("compact JSON is YAML, too, but for escaped surrogates, which are not written")
    func json() throws {
        var generator = SeededRandom(seed: 6)
        for _ in 0..<1000 {
            // Of what the JSON writer leaves as it is, YAML refuses some characters and folds others.
            let value = JSON.random(depth: 4, using: &generator)
            let text = value.text(.pretty)
            guard text.unicodeScalars.allSatisfy({ $0 == "\n" || (0x20..<0x7F).contains($0.value) }) else { continue }
            let read = try YAML.document(text)
            #expect(read == value || read == value.passedOn, "\(text)")
        }
    }

    @Test("mutated documents never crash the reader, and what it accepts is written and read back the same")
    func mutations() {
        var generator = SeededRandom(seed: 7)
        var accepted = 0
        for _ in 0..<6000 {
            let bytes = Array(YAML.text(.random(depth: 4, using: &generator)).utf8).mutated(using: &generator)
            do throws(YAMLError) {
                for value in try YAML.documents(bytes) {
                    accepted += 1
                    #expect((try? YAML.document(YAML.text(value))) == value.passedOn)
                }
            } catch { #expect(error.line >= 1 && error.column >= 1) }
        }
        #expect(accepted > 500, "too few mutants are valid for the test to mean anything")
    }
}

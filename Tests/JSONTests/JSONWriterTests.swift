import JSON
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test(
        "a value is written in its shortest exact form",
        arguments: [
            (nil, "null"), (true, "true"), (false, "false"), (.integer(.min), "-9223372036854775808"), (0, "0"),
            (1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e16, "1e+16"), (.double(.leastNonzeroMagnitude), "5e-324"),
            (.double(.greatestFiniteMagnitude), "1.7976931348623157e+308"), (0.30000000000000004, "0.30000000000000004"),
            ("", "\"\""), ("a/é€😀\u{7F}", "\"a/é€😀\u{7F}\""), ("\"\\", #""\"\\""#),
            ("\u{8}\u{C}\n\r\t\0\u{1F}\u{10}", #""\b\f\n\r\t\u0000\u001f\u0010""#),
            ([], "[]"), ([:], "{}"), ([1, [], [:]], "[1,[],{}]"), (["b": 1, "a": ["c": nil]], #"{"b":1,"a":{"c":null}}"#),
        ] as [(JSON, String)])
    func compact(value: JSON, text: String) throws {
        #expect(value.text() == text)
        #expect(try JSON.parse(text).text() == text)
    }

    @Test("the pretty style puts one member on a line, two spaces a step")
    func pretty() {
        let value: JSON = ["a": 1, "b": [true, ["c": "d"]], "e": [], "f": [:]]
        #expect(
            value.text(.pretty) == """
                {
                  "a": 1,
                  "b": [
                    true,
                    {
                      "c": "d"
                    }
                  ],
                  "e": [],
                  "f": {}
                }
                """)
    }

    @Test("what JSON has no number for is written as the string that names it")
    func nonFinite() {
        #expect(JSON.array([.double(.infinity), .double(-.infinity), .double(.nan)]).text() == #"["Infinity","-Infinity","NaN"]"#)
    }
}

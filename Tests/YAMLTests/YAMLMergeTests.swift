import JSON
import Testing
import YAML

/// `<<` and keys that are no strings, in the order in which Kubernetes' reader sets them.
@Suite("Merge keys and keys of other kinds")
struct YAMLMergeTests {
    @Test(
        "merged members win over the keys before them and lose to those after",
        arguments: [
            ("a: 1\n<<: {a: 2}\n", ["a": 2]),
            ("<<: {a: 2}\na: 1\n", ["a": 1]),
            ("<<: {a: 1}\n<<: {a: 2}\n", ["a": 2]),
            ("<<: [{a: 1}, {a: 2, b: 3}]\n", ["a": 1, "b": 3]),
            (
                "x: &x {a: 1, b: 2}\nc: {<<: *x, a: 9}\nd: {a: 9, <<: *x}\n",
                ["x": ["a": 1, "b": 2], "c": ["a": 9, "b": 2], "d": ["a": 1, "b": 2]]
            ),
            ("x: &x {a: 1}\nz: &z {a: 2}\nc: {<<: [*x, *z]}\n", ["x": ["a": 1], "z": ["a": 2], "c": ["a": 1]]),
            ("a: {<<: {b: {c: 1}}, b: {d: 2}}\n", ["a": ["b": ["d": 2]]]),
            ("a: {b: {d: 2}, <<: {b: {c: 1}}}\n", ["a": ["b": ["c": 1]]]),
            ("a: &x {<<: {p: 1}, q: 2}\nb: {<<: *x}\n", ["a": ["p": 1, "q": 2], "b": ["p": 1, "q": 2]]),
            ("<<: []\n", [:]), ("<<: {}\n", [:]), ("'<<': {a: 1}\n", ["<<": ["a": 1]]), ("!!str <<: {a: 1}\n", ["<<": ["a": 1]]),
            ("!!merge <<: {a: 1}\n", ["a": 1]), ("!!merge '<<': {a: 1}\n", ["a": 1]), ("- <<\n", ["<<"]), ("a: <<\n", ["a": "<<"]),
            ("<<: {1: a}\n1: b\n", ["1": "b"]),
        ] as [(String, JSON)])
    func merges(text: String, value: JSON) throws {
        #expect(try YAML.document(text) == value)
    }

    @Test(
        "a key set twice is refused, also where a merge stands between",
        arguments: ["a: 1\n<<: {a: 2}\na: 3\n", "<<: {a: 2}\na: 1\na: 3\n", "1: a\n'1': b\n", "1: a\n1.0: b\n", "yes: a\ntrue: b\n"])
    func twice(text: String) {
        let error = #expect(throws: YAMLError.self) { try YAML.document(text) }
        #expect(error?.reason.contains("stands twice in this mapping") == true)
    }

    @Test(
        "a key that is a double becomes the text that C's %g gives a float",
        arguments: [
            ("1.5", "1.5"), ("1.0", "1"), ("-0.0", "-0"), ("0.1", "0.1"), ("1e5", "100000"), ("1e6", "1e+06"), ("1000000.0", "1e+06"),
            ("123456789.0", "1.2345679e+08"), ("16777217.0", "1.6777216e+07"), ("12345678.5", "1.2345678e+07"), ("1e21", "1e+21"),
            ("1e100", ".inf"), ("-3.4e39", "-.inf"), ("1e-60", "0"), ("0.0001", "0.0001"), ("1e-5", "1e-05"),
            ("0.25108343700", "0.25108343"),
            ("4.8928736e-21", "4.8928735e-21"), (".inf", ".inf"), ("+.inf", ".inf"), ("-.Inf", "-.inf"), (".NaN", ".nan"), ("08", "8"),
            ("0x10", "16"), ("1_000", "1000"), ("-1", "-1"), ("2015-01-01", "2015-01-01"), ("12:30", "12:30"), ("off", "false"),
            ("9223372036854775807", "9223372036854775807"), ("99999999999999999999", "1e+20"),
        ])
    func doubles(key: String, text: String) throws {
        #expect(try YAML.document("\(key): v\n") == .object([text: "v"]))
    }
}

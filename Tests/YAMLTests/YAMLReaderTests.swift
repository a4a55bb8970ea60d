import JSON
import Testing
import YAML

@Suite("Reading YAML")
struct YAMLReaderTests {
    @Test(
        "a plain scalar is what Kubernetes' reader takes it for",
        arguments: [
            // Null.
            ("~", nil), ("null", nil), ("Null", nil), ("NULL", nil), ("nUll", "nUll"),
            // Booleans of YAML 1.1.
            ("true", true), ("True", true), ("TRUE", true), ("yes", true), ("Yes", true), ("YES", true), ("on", true), ("On", true),
            ("ON", true), ("y", true), ("Y", true), ("false", false), ("no", false), ("No", false), ("off", false), ("OFF", false),
            ("n", false), ("N", false), ("tRue", "tRue"), ("yEs", "yEs"),
            // Integers.
            ("0", 0), ("-0", 0), ("+12", 12), ("-12", -12), ("1_000", 1000), ("1__0_", 10), ("017", 15), ("-017", -15), ("0o17", 15),
            ("0O17", 15), ("0x1F", 31), ("0X1f", 31), ("-0x10", -16), ("0x_0A_74_AE", 685230), ("0b101", 5), ("-0b101010", -42), ("00", 0),
            ("08", 8), ("-09", -9), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            // Doubles; without a fraction they become integers, as in JSON.
            ("1.5", 1.5), ("-1.5", -1.5), (".5", 0.5), ("-.5", -0.5), ("1.", 1), ("1.0", 1), ("-0.0", 0), ("1e3", 1000), ("1.e3", 1000),
            ("6.8523e+5", 685230), ("1e-3", 0.001), ("1e-7", 0.000_000_1), ("123456E1", 1_234_560), ("685_230.15", 685230.15),
            (".1_0", 0.1), ("1e-400", 0), ("08.5", 8.5), ("08e1", 80), ("1e18", 1_000_000_000_000_000_000), ("1e19", 1e19), ("1e21", 1e21),
            ("50280567.45e11", 5_028_056_745_000_000_000), ("0_8", 8), ("-0b1", -1), ("0b-1", -1),
            // Integers beyond 64 bits become doubles.
            ("9223372036854775808", 9_223_372_036_854_775_808.0), ("-9223372036854775809", -9_223_372_036_854_775_808.0),
            ("18446744073709551615", 18_446_744_073_709_551_615.0), ("0xFFFFFFFFFFFFFFFF", 18_446_744_073_709_551_615.0),
            ("123456789012345678901234567890", 1.2345678901234568e29), ("0x10000000000000000", "0x10000000000000000"),
            ("-0xFFFFFFFFFFFFFFFF", "-0xFFFFFFFFFFFFFFFF"), ("02000000000000000000000", 2e21),
            // Strings that look like something.
            ("0o8", "0o8"), ("0x", "0x"), ("0xG", "0xG"), ("0b2", "0b2"), ("1e", "1e"), ("1e999", "1e999"), ("+", "+"), ("._5", "._5"),
            (".5_", ".5_"), ("1:30", "1:30"), ("190:20:30.15", "190:20:30.15"),
            (".", "."),
            (".e3", ".e3"), ("1.2.3", "1.2.3"), ("12:30:45", "12:30:45"), ("2015-01-01", "2015-01-01"),
            ("2015-02-24T18:19:39Z", "2015-02-24T18:19:39Z"), ("10Mi", "10Mi"), ("-b_c", "-b_c"), ("50cent", "50cent"), ("0x1p3", "0x1p3"),
            ("inf", "inf"), ("NaN", "NaN"), ("_1", "_1"), ("<<", "<<"), ("=", "="), ("a b", "a b"), ("http://x:1/#y", "http://x:1/#y"),
            // Quoted.
            ("'true'", "true"), ("\"1\"", "1"), ("''", ""), ("\"\\u00e9\\x41\\n\\0\"", "éA\n\0"), ("'it''s'", "it's"),
            ("\"\\U0001F600\"", "😀"),
            // Tagged.
            ("!!str 12", "12"), ("!!str", ""), ("!!int '12'", 12), ("!!float 1", 1), ("!!float '1.1'", 1.1), ("!!bool yes", true),
            ("!!bool 'off'", false), ("!!null ''", nil), ("! 12", "12"), ("!mine 12", "12"), ("!<tag:yaml.org,2002:int> 3", 3),
            ("!!timestamp 2015-01-01", "2015-01-01"),
            ("!!timestamp '2015-1-2 3:4:5'", "2015-1-2 3:4:5"), ("!!timestamp 2015-02-24T18:19:39.5+01:00", "2015-02-24T18:19:39.5+01:00"),
            ("!!binary aGFsbG8=", "hallo"), ("!!binary aA==", "h"), ("!!binary aGE=", "ha"),
        ] as [(String, JSON)])
    func scalars(text: String, value: JSON) throws {
        let read = try YAML.document("v: \(text)\n")
        #expect(read == ["v": value])
        #expect(read.text() == JSON.object(["v": value]).text())
    }

    @Test(
        "documents become the JSON they describe",
        arguments: [
            ("a:\n  b: 1\n  c: [x, {w: z}]\n", #"{"a":{"b":1,"c":["x",{"w":"z"}]}}"#),
            ("a:\n- 1\n- - 2\n  - 3\n- b: 4\n  c: 5\n", #"{"a":[1,[2,3],{"b":4,"c":5}]}"#),
            ("{\"a\": [1, 2.5, null, true, \"x\\ty\"]}", #"{"a":[1,2.5,null,true,"x\ty"]}"#),
            (
                "a: |\n  one\n  two\n\nb: >\n  one\n  two\n\n  three\nc: |-\n  x\nd: |+\n  y\n\n",
                #"{"a":"one\ntwo\n","b":"one two\nthree\n","c":"x","d":"y\n\n"}"#
            ),
            ("# only\na: 1 # here\n", #"{"a":1}"#),
            ("a:\nb:\n", #"{"a":null,"b":null}"#),
            ("z: 1\ny1: 2\nx: 3\n", #"{"z":1,"y1":2,"x":3}"#),
            (
                "1: a\ntrue: b\n1.5: c\n-2: d\n1e3: e\n.inf: f\n\"x\": g\n",
                #"{"1":"a","true":"b","1.5":"c","-2":"d","1000":"e",".inf":"f","x":"g"}"#
            ),
            ("on: push\nn: 2\n", #"{"true":"push","false":2}"#),
            ("? a\n: 1\n? b\n", #"{"a":1,"b":null}"#),
            ("!!map {a: !!seq [1]}", #"{"a":[1]}"#),
            ("%YAML 1.1\n---\na: 1\n...\n", #"{"a":1}"#),
            ("%TAG !k! tag:yaml.org,2002:\n--- !k!str 12\n", #""12""#),
            ("\u{FEFF}a: 1\n", #"{"a":1}"#),
            ("a: 1\r\nb: 2\r\n", #"{"a":1,"b":2}"#),
            ("a: 1\rb: 2\r", #"{"a":1,"b":2}"#),
            ("a: |\r\n  x\r\n  y\r\nb: \"x\r\n  y\"\r\n", #"{"a":"x\ny\n","b":"x y"}"#),
            ("a: x # y\nb: x#y\nc: '# z' # w\n# end", ##"{"a":"x","b":"x#y","c":"# z"}"##),
            ("a: |\n  # text\n  x\n# comment\nb: 1\n", ##"{"a":"# text\nx\n","b":1}"##),
            ("a: http://x:1/#y\nb: [a:x, http://z]\nc: {d: x#y}\n", #"{"a":"http://x:1/#y","b":["a:x","http://z"],"c":{"d":"x#y"}}"#),
            ("--- text\n", #""text""#),
            ("--- |\n  text\n", #""text\n""#),
            ("--- null\n", "null"),
            // Anchors, aliases, merges.
            ("a: &x {k: 1}\nb: *x\nc: [*x, *x]\n", #"{"a":{"k":1},"b":{"k":1},"c":[{"k":1},{"k":1}]}"#),
            ("a: &x 1\nb: &x 2\nc: *x\n", #"{"a":1,"b":2,"c":2}"#),
            ("a: &x {b: &x 1, c: *x}\nd: *x\n", #"{"a":{"b":1,"c":1},"d":1}"#),
            ("- &x [&x [1], *x]\n- *x\n", "[[[1],[1]],[1]]"),
            ("a: &x key\n*x : 1\n", #"{"a":"key","key":1}"#),
            (
                "base: &b {a: 1, b: 2}\nc: {<<: *b, b: 3}\nd: {b: 3, <<: *b}\n",
                #"{"base":{"a":1,"b":2},"c":{"a":1,"b":3},"d":{"b":2,"a":1}}"#
            ),
            ("- &a {x: 1}\n- &b {x: 2, w: 2}\n- {<<: [*a, *b], z: 3}\n", #"[{"x":1},{"x":2,"w":2},{"x":1,"w":2,"z":3}]"#),
            ("a: {<<: {x: 1}, <<: {x: 2, w: 2}}\n", #"{"a":{"x":2,"w":2}}"#),
            ("a: {\"<<\": 1}\n", #"{"a":{"<<":1}}"#),
        ])
    func documents(text: String, json: String) throws {
        #expect(try YAML.document(text).text() == json)
    }

    @Test(
        "a stream holds many documents; those with nothing in them are skipped",
        arguments: [
            ("", []), ("\n# nothing\n", []), ("---\n", []), ("---\n---\n# c\n---\n", []), ("a: 1", [["a": 1]]),
            ("a: 1\n---\nb: 2\n", [["a": 1], ["b": 2]]), ("---\n---\na: 1\n---\n# end\n", [["a": 1]]),
            ("--- 1\n--- ''\n--- null\n", [1, "", nil]),
            ("a: 1\n...\n---\nb: 2\n...\n", [["a": 1], ["b": 2]]), ("{\"a\":1}\n---\n[2]\n", [["a": 1], [2]]),
        ] as [(String, [JSON])])
    func streams(text: String, values: [JSON]) throws {
        #expect(try YAML.documents(text) == values)
    }

    @Test("exactly one document is wanted where one is asked for")
    func single() {
        let none = #expect(throws: YAMLError.self) { try YAML.document("# nothing\n") }
        #expect(none?.description == "line 1, column 1: wanted a document, found none")
        let two = #expect(throws: YAMLError.self) { try YAML.document("a: 1\n---\nb: 2\n") }
        #expect(two?.description == "line 3, column 1: wanted one document, found 2; this is where the second starts")
    }

    @Test("an anchor of one document is unknown in the next")
    func anchorScope() {
        #expect(throws: YAMLError.self) { try YAML.documents("a: &x 1\n---\nb: *x\n") }
    }

    @Test("a stream that is JSON is read as JSON, with the surrogate pairs that YAML has no escapes for")
    func json() throws {
        #expect(try YAML.document(" {\"a\": \"\\ud83d\\ude00\", \"yes\": 1e2}\n") == ["a": "😀", "yes": 100.0])
        #expect(try YAML.document("{a: yes}") == ["a": true])
        let twice = #expect(throws: YAMLError.self) { try YAML.document("{\"a\": 1,\n \"a\": 2}") }
        #expect(twice?.description == "line 2, column 2: the key \"a\" stands twice in this mapping; wanted each key once")
    }
}

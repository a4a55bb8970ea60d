import JSON
import Schema
import Testing

struct FormatCase: Sendable, CustomTestStringConvertible {
    let format: String
    let valid: [String]
    let invalid: [String]
    var testDescription: String { format }
}

@Suite struct `Formats and patterns of strings` {
    @Test(arguments: [
        FormatCase(
            format: "date-time",
            valid: ["2026-01-01T00:00:00Z", "2024-02-29t23:59:59.123456789+01:00", "2026-01-01T00:00:00.5z"],
            invalid: ["2026-01-01", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", ""]),
        FormatCase(format: "date", valid: ["2026-12-31"], invalid: ["2026-13-01", "2026-1-1", "2026-04-31", "x"]),
        FormatCase(
            format: "duration", valid: ["1h30m", "-1.5s", "0", "22 ns", "3 days", "10m"], invalid: ["", "abc", "1", "10", "s"]),
        FormatCase(format: "byte", valid: ["aGk=", "YQ==", "YWJj"], invalid: ["aGk", "a===", "ä", "*&()"]),
        FormatCase(
            format: "uuid", valid: ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"],
            invalid: ["123e4567-e89b-12d3-a456-42661417400", "g23e4567-e89b-12d3-a456-426614174000"]),
        FormatCase(
            format: "uuid4", valid: ["123e4567-e89b-42d3-a456-426614174000"], invalid: ["123e4567-e89b-12d3-a456-426614174000"]),
        FormatCase(
            format: "ipv4", valid: ["10.0.0.1", "255.255.255.255"], invalid: ["256.0.0.1", "10.0.0", "::1", "a.b.c.d", "1.2.3.4.5"]),
        FormatCase(
            format: "ipv6", valid: ["::1", "::", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1"],
            invalid: ["10.0.0.1", "1:2:3:4:5:6:7", "1::2::3", "12345::", ":1"]),
        FormatCase(format: "cidr", valid: ["10.0.0.0/8", "2001:db8::/32"], invalid: ["10.0.0.0/33", "10.0.0.0", "x/8", "10.0.0.0/"]),
        FormatCase(
            format: "mac", valid: ["00:00:5e:00:53:01", "02-00-5e-10-00-00", "0000.5e00.5301"], invalid: ["00:00:5e", "zz:00:5e:00:53:01"]),
        FormatCase(
            format: "uri", valid: ["https://example.org/a?b=c", "/path", "urn:isbn:1"], invalid: ["", "a b", "example", "/%zz"]),
        FormatCase(
            format: "email", valid: ["a@b.org", "A B <a@b.org>", "\"a b\"@c.org"], invalid: ["a", "a@", "@b", "a@b@c", "a b@c.org"]),
        FormatCase(
            format: "hostname", valid: ["example.org", "a-b.example", "localhost", "1a.org"], invalid: ["-a", "a_b", "a..b", "a.1", ""]),
        FormatCase(format: "hexcolor", valid: ["#fff", "A0B1C2"], invalid: ["#ff", "red"]),
        FormatCase(format: "rgbcolor", valid: ["rgb(0,128,255)"], invalid: ["rgb(0,256,0)", "0,0,0"]),
        FormatCase(format: "ssn", valid: ["123-45-6789"], invalid: ["12-345-6789"]),
        FormatCase(format: "creditcard", valid: ["4111 1111 1111 1111"], invalid: ["4111 1111 1111 1112", "1"]),
        FormatCase(format: "isbn", valid: ["0321751043", "978-0321751041"], invalid: ["0321751044", "978-0321751042"]),
        FormatCase(format: "bsonobjectid", valid: ["507f1f77bcf86cd799439011"], invalid: ["507f1f77bcf86cd79943901"]),
        FormatCase(format: "k8s-short-name", valid: ["a", "a-b"], invalid: ["A", "-a", "a.b"]),
        FormatCase(format: "k8s-long-name", valid: ["a.b", "a-b.c"], invalid: ["a..b", "A.b"]),
        FormatCase(format: "password", valid: ["", "x"], invalid: []),
    ])
    func `accept what they should and nothing else`(_ format: FormatCase) {
        var schema = StructuralSchema(.string)
        schema.format = format.format
        for text in format.valid { #expect(schema.errors(in: .string(text)) == [], "\(text)") }
        for text in format.invalid { #expect(schema.errors(in: .string(text)).count == 1, "\(text)") }
    }

    @Test(arguments: [
        ("^a$", "a", true), ("^a$", "a\n", false), ("a", "bab", true), (#"^\d$"#, "٣", false), (#"\pL"#, "é", true),
        ("^[^]]$", "a", true), ("^[]a]+$", "]a", true), ("^[a[]$", "[", true), ("^[a&&b]+$", "&a", true), ("^[+--]$", ",", true),
        ("^[a~~]+$", "~", true), ("^[[:alpha:]]+$", "ab", true), ("(?i)^AB$", "ab", true), (#"^\Q[a]\E$"#, "[a]", true),
        ("^.$", "e\u{301}", false), ("^..$", "e\u{301}", true), ("^(?P<n>a)$", "a", true), (#"^[\w.-]+$"#, "a-b.c", true),
        (#"^[a-z0-9]+(?:[._-][a-z0-9]+)*$"#, "a_b", true), (#"^(100|[0-9]{1,2})(\.[0-9]{1,2})?%$"#, "12.5%", true),
    ])
    func `patterns mean what RE2 says`(_ pattern: String, _ text: String, _ matches: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == matches)
    }

    @Test(arguments: ["(", "[", "a{2,1}", "*a", #"\p{Nonesuch}"#])
    func `what is no pattern is told`(_ pattern: String) {
        #expect(throws: Pattern.SyntaxError.self) { try Pattern(pattern) }
        var schema = StructuralSchema(.string)
        schema.pattern = pattern
        #expect(schema.errors(in: "a").first?.message.contains("but pattern is invalid") == true)
    }
}

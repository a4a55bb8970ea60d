import JSON
import KubeCore
import Testing

@Suite struct ResourceVersionTests {
    @Test(
        "Decimal versions have an order, others only equality",
        arguments: [
            ("1", "2", true), ("2", "1", false), ("9", "10", true), ("10", "9", false), ("7", "7", false), ("x", "x", false),
            ("a", "b", nil),
            ("1", "x", nil), ("007", "8", nil), ("", "1", nil), ("18446744073709551616", "18446744073709551617", true),
        ] as [(String, String, Bool?)])
    func order(left: String, right: String, isOlder: Bool?) {
        #expect(ResourceVersion.isOlder(left, than: right) == isOlder)
    }

    @Test func `Without a version there is no order`() {
        #expect(ResourceVersion.isOlder(nil, than: "1") == nil)
        #expect(ResourceVersion.isOlder("1", than: nil) == nil)
    }
}

@Suite struct LabelSyntaxTests {
    @Test(
        "Keys",
        arguments: [
            ("a", true), ("a/b", true), ("graft.dev/a_b.c-d", true), ("", false), ("a/", false), ("/a", false), ("a/b/c", false),
            ("-a", false),
            ("a-", false), ("A/b", false), ("a..b/c", false), (String(repeating: "a", count: 64), false),
        ])
    func keys(text: String, isKey: Bool) { #expect(LabelSyntax.isKey(text) == isKey) }

    @Test("Values", arguments: [("", true), ("a.B_c-1", true), ("a b", false), ("ä", false), (String(repeating: "a", count: 63), true)])
    func values(text: String, isValue: Bool) { #expect(LabelSyntax.isValue(text) == isValue) }
}

@Suite struct TimestampTests {
    @Test(
        "RFC 3339 is read, in UTC and with offsets",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00Z", 1_767_225_600_000_000),
            ("2026-01-01T01:00:00+01:00", 1_767_225_600_000_000),
            ("2024-02-29T12:30:15.123456Z", 1_709_209_815_123_456), ("2024-02-29T12:30:15.1Z", 1_709_209_815_100_000),
            ("2024-02-29T12:30:15.123456789Z", 1_709_209_815_123_456), ("1969-12-31T23:59:59Z", -1_000_000),
        ])
    func reading(text: String, microseconds: Int64) { #expect(Timestamp(text)?.microseconds == microseconds) }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026-01-01", "2026-01-01 00:00:00Z", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx",
        ])
    func refusing(text: String) { #expect(Timestamp(text) == nil) }

    @Test func `Days of four centuries survive`() {
        for day in stride(from: Int64(-80_000), to: 80_000, by: 13) {
            let time = Timestamp(seconds: day * 86_400 + 12_345)
            #expect(Timestamp(time.description) == time)
            #expect(Timestamp((time + .microseconds(7)).microText) == time + .microseconds(7))
        }
    }
}

@Suite struct KubeErrorTests {
    @Test func `A Status is read and written`() throws {
        let json: JSON = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": "m", "reason": "Invalid",
            "details": [
                "name": "n", "group": "graft.dev", "kind": "ModulePlan",
                "causes": [["reason": "FieldValueInvalid", "message": "too long", "field": "spec.slot"]], "retryAfterSeconds": 3,
            ],
            "code": 422,
        ]
        let error = try KubeError(from: json)
        #expect(error.code == .invalid)
        #expect(error.causes == [.init(reason: "FieldValueInvalid", message: "too long", field: "spec.slot")])
        #expect(error.retryAfter == .seconds(3))
        #expect(error.json == json)
    }

    @Test(
        "Errors are told apart",
        arguments: [
            (KubeError(.expired, status: 410, message: ""), true, false), (KubeError(.gone, status: 410, message: ""), true, false),
            (KubeError(.unexpectedAnswer, status: 410, message: ""), true, false),
            (KubeError(.notFound, status: 404, message: ""), false, false),
            (KubeError(.tooManyRequests, status: 429, message: ""), false, true),
            (KubeError(.unexpectedAnswer, status: 502, message: ""), false, true),
            (KubeError(.conflict, status: 409, message: ""), false, false),
        ])
    func kinds(error: KubeError, isExpired: Bool, isTransient: Bool) {
        #expect(error.isExpired == isExpired)
        #expect(error.isTransient == isTransient)
    }
}

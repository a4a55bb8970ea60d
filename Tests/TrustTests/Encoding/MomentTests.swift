import Testing

@testable import Trust

@Suite struct MomentTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:34:56Z", 951_827_696), ("2026-11-21T14:00:00Z", 1_795_269_600),
            ("1969-12-31T23:59:59Z", -1), ("0000-01-01T00:00:00Z", -62_167_219_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("1900-03-01T00:00:00Z", -2_203_891_200), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] as [(String, Int64)])
    func `a date is so many seconds, and back`(text: String, seconds: Int64) throws {
        let moment = try #require(Moment(rfc3339: text))
        #expect(moment == Moment(seconds: seconds))
        #expect(moment.description == text)
    }

    @Test func `fractions and offsets are read`() throws {
        #expect(Moment(rfc3339: "2022-10-31T23:59:59.999Z")?.description == "2022-10-31T23:59:59.999Z")
        #expect(Moment(rfc3339: "2022-10-31T23:59:59.000000001Z")?.nanoseconds == 1)
        #expect(Moment(rfc3339: "2022-11-01T01:00:00+01:00") == Moment(rfc3339: "2022-11-01T00:00:00Z"))
        #expect(Moment(rfc3339: "2022-10-31T18:30:00-05:30") == Moment(rfc3339: "2022-11-01T00:00:00Z"))
        #expect(Moment(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
        #expect(Moment(milliseconds: 1500).description == "1970-01-01T00:00:01.5Z")
    }

    @Test(arguments: [
        "", "2022-10-31", "2022-10-31T23:59:59", "2022-10-31 23:59:59Z", "2022-10-31t23:59:59Z", "2022-02-29T00:00:00Z",
        "2022-13-01T00:00:00Z",
        "2022-00-01T00:00:00Z", "2022-01-00T00:00:00Z", "2022-10-31T24:00:00Z", "2022-10-31T23:60:00Z", "2022-10-31T23:59:60Z",
        "2022-10-31T23:59:59.Z", "2022-10-31T23:59:59.1234567890Z", "2022-10-31T23:59:59Zx", "+022-10-31T23:59:59Z",
        "2022-10-31T23:59:59+24:00",
        "2022-10-31T23:59:59+0100", "٢022-10-31T23:59:59Z",
    ])
    func `anything else is no time`(text: String) {
        #expect(Moment(rfc3339: text) == nil)
    }

    @Test func `a window holds both its ends`() throws {
        let window = ValidityWindow(start: Moment(seconds: 10), end: Moment(seconds: 20))
        #expect(window.contains(Moment(seconds: 10)))
        #expect(window.contains(Moment(seconds: 20)))
        #expect(!window.contains(Moment(seconds: 20, nanoseconds: 1)))
        #expect(!window.contains(Moment(seconds: 9, nanoseconds: 999_999_999)))
        #expect(ValidityWindow(start: Moment(seconds: 10)).contains(Moment(seconds: 1 << 40)))
    }
}

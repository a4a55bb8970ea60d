import JSON
import Testing

@testable import GraftAPI

@Suite("Lengths of time")
struct PeriodTests {
    @Test(
        "are read as people write them, and written shortest",
        arguments: [
            ("30s", 30, "30s"), ("5m", 300, "5m"), ("90s", 90, "1m30s"), ("1h30m", 5400, "1h30m"), ("1h0m5s", 3605, "1h5s"),
            ("0s", 0, "0s"),
            ("999999h", 3_599_996_400, "999999h"),
        ])
    func read(text: String, seconds: Int, written: String) throws {
        let period = try Period(from: .string(text))
        #expect(period.seconds == seconds)
        #expect(period.json == .string(written))
        #expect(try Period(from: period.json) == period)
    }

    @Test("anything else is refused", arguments: ["", "5", "m", "5 m", "-5m", "5m1h", "5m5m", "1.5h", "1d", "1000000s", "５m"])
    func refuse(text: String) { #expect(throws: JSONDecodingError.self) { try Period(from: .string(text)) } }
}

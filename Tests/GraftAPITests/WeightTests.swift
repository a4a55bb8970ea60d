import JSON
import Testing

@testable import GraftAPI

@Suite("Weights")
struct WeightTests {
    @Test(
        "Percent is read exactly",
        arguments: [
            (10 as JSON, 1000), (0, 0), (100, 10_000), ("12.5%", 1250), ("0.05%", 5), ("100%", 10_000), ("99.99%", 9999),
        ])
    func read(json: JSON, basisPoints: Int) throws {
        let weight = try Weight(from: json)
        #expect(weight.basisPoints == basisPoints)
        #expect(try Weight(from: weight.json) == weight)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "12.5" as JSON, "%", "1.%", ".5%", "12.555%", "101%", "-1%", "+1%", "1e1%", 101, -1, 12.5, true, nil, "１0%",
        ])
    func refuse(json: JSON) {
        #expect(throws: JSONDecodingError.self) { try Weight(from: json) }
    }

    @Test("A share of hosts is rounded up", arguments: [(10, 12, 2), (50, 12, 6), (1, 3, 1), (0, 5, 0), (100, 7, 7)])
    func count(percent: Int, hosts: Int, expected: Int) {
        #expect(Weight(percent: percent).count(of: hosts) == expected)
    }
}

import GraftHost
import JSON
import Randomness
import Testing

@Suite("routing.json")
struct RoutingDocumentTests {
    static let document = RoutingDocument(
        name: "00ff00ff00ff00ff",
        rule: RoutingRule(
            salt: "0123456789abcdef",
            shares: [
                .init(below: 14_073_748_835_532), .init(of: .header("x-user"), below: 1 << 48), .init(of: .label("tenant"), below: 0),
            ],
            matches: [.header("x-canary", values: ["true"]), .label("tenant", values: []), .group("beta")]),
        stable: .init(version: "1.0.0", digest: "sha256:aa"), canary: .init(version: "1.1.0", digest: "sha256:bb"))

    @Test func `is read as it was written`() throws {
        #expect(try RoutingDocument(from: try JSON.parse(Self.document.json.bytes(.pretty))) == Self.document)
    }

    static let refused: [(member: String, value: JSON, complaint: String)] = [
        ("format", JSON.integer(2), "found 2"), ("salt", JSON.null, "salt"), ("shares", [["below": -1]], "below"),
        ("shares", [["below": 281_474_976_710_657]], "below"), ("shares", [["below": 1, "header": "a", "label": "b"]], "both"),
        ("matches", [["values": ["x"]]], "exactly one"), ("matches", [["group": "a", "header": "b"]], "exactly one"),
    ]

    @Test(arguments: refused.indices)
    func `that says something else is refused`(index: Int) {
        let (member, value, complaint) = Self.refused[index]
        var json = Self.document.json
        json[member] = value
        let error = #expect(throws: JSONDecodingError.self) { try RoutingDocument(from: json) }
        #expect("\(error!)".contains(complaint), "\(error!)")
    }

    @Test func `that is damaged is refused, or says what it says, and ends no process`() throws {
        var random = SeededRandom(seed: 7)
        let bytes = Self.document.json.bytes()
        var read = 0
        for _ in 0..<4000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let json = try? JSON.parse(damaged), let document = try? RoutingDocument(from: json) else { continue }
            read += 1
            #expect(try RoutingDocument(from: document.json) == document)
            _ = document.rule.route(Call(key: "bob", headers: [.init("x-user", "a")]))
        }
        #expect(read > 0)
    }
}

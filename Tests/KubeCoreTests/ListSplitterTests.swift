import JSON
import Randomness
import Testing

@testable import KubeCore

@Suite struct ListSplitterTests {
    /// What a splitter makes of an answer that arrives in parts.
    private func split(_ parts: [ArraySlice<UInt8>], limit: Int = 1 << 20, taking: (Int) -> Bool = { _ in true }) throws -> (
        [String], ListMetadata
    ) {
        var splitter = ListSplitter(limit: limit)
        var items: [String] = []
        func take() {
            let part = splitter.takeItems()
            for index in 0..<part.count { items.append(String(decoding: part[index], as: UTF8.self)) }
        }
        for (index, part) in parts.enumerated() {
            try splitter.append(part)
            if taking(index) { take() }
        }
        let metadata = try splitter.finish()
        take()
        return (items, metadata)
    }

    private let items = [
        #"{"a":"}],{\"","b":[{},[1,{"c":"\\"}]]}"#, "7", #""x""#, "null", #"{"ü":"\u00e9 ☃ 𝄞"}"#, "-1.5e3", "[]",
    ]
    private let metadata = #""metadata":{"resourceVersion":"9","continue":"a\"b","remainingItemCount":4}"#

    private func answers() -> [String] {
        let list = "\"items\":[\(items.joined(separator: " ,"))]"
        return [
            "{\"apiVersion\":\"v1\",\(list),\"kind\":\"List\",\(metadata)}\n", " { \"kind\" : \"L\\u0069st\" , \(metadata) , \(list) } ",
            "{\(metadata),\(list)}",
        ]
    }

    @Test func `An answer gives the same items wherever it is cut in two`() throws {
        for answer in answers() {
            let bytes = Array(answer.utf8)
            for cut in 0...bytes.count {
                let (found, said) = try split([bytes[..<cut], bytes[cut...]])
                guard found == items, said.resourceVersion == "9", said.continueToken == "a\"b", said.remaining == 4 else {
                    Issue.record("cut at \(cut): \(found), \(said)")
                    return
                }
            }
        }
    }

    @Test func `An answer that arrives byte by byte gives the same items`() throws {
        for answer in answers() {
            let bytes = Array(answer.utf8)
            #expect(try split(bytes.indices.map { bytes[$0...$0] }).0 == items)
        }
    }

    @Test func `Items are handed out as soon as they are whole, and only once`() throws {
        var splitter = ListSplitter()
        try splitter.append(Array(#"{"items":[{"a":1},{"b""#.utf8))
        #expect(splitter.ready > 0)
        let first = splitter.takeItems()
        #expect(first.count == 1 && Array(first[0]) == Array(#"{"a":1}"#.utf8))
        #expect(splitter.ready == 0)
        #expect(splitter.takeItems().count == 0)
        try splitter.append(Array(":2}]".utf8))
        #expect(Array(splitter.takeItems()[0]) == Array(#"{"b":2}"#.utf8))
        #expect(throws: ListStructureError.self) { try splitter.finish() }
        try splitter.append(Array("}".utf8))
        #expect(try splitter.finish().continueToken == nil)
    }

    @Test func `An item that has no end is given up`() {
        let error = #expect(throws: ListStructureError.self) {
            try split([Array(#"{"items":[{"a":""#.utf8)[...], Array(repeating: 0x78, count: 200)[...]], limit: 100)
        }
        #expect(error?.description.contains("at most 100 bytes") ?? false)
    }

    @Test func `What is no list is refused at the byte that can't stand there`() {
        let error = #expect(throws: ListStructureError.self) { try split([Array(#"{"items":[1,]}"#.utf8)[...]]) }
        #expect(error?.description == "byte 12: wanted an item")
    }

    @Test func `Random lists, cut at random, give what our parser finds in them`() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let items = (0..<Int.random(in: 0..<6, using: &random)).map { _ in Self.value(3, &random) }
            var list: JSONObject = ["items": .array(items), "kind": "List", "metadata": ["resourceVersion": "1"]]
            if Bool.random(using: &random) { list["extra"] = Self.value(2, &random) }
            let bytes = JSON.object(list).bytes()
            let cuts = (0..<4).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            let parts = zip([0] + cuts, cuts + [bytes.count]).map { bytes[$0..<$1] }
            let taken = Int.random(in: 0..<5, using: &random)
            let found = try split(parts, taking: { $0 == taken }).0
            guard found == items.map({ String(decoding: $0.bytes(), as: UTF8.self) }) else {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)) cut at \(cuts): \(found)")
                return
            }
        }
    }

    @Test func `Damaged lists are refused or read, and what our parser accepts has as many items`() {
        var random = SeededRandom(seed: 4)
        let answers = answers().map { Array($0.utf8) }
        for _ in 0..<5_000 {
            var bytes = answers.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = Array("\"\\{}[],: 1nx".utf8).randomElement(using: &random)!
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            let found = try? split([bytes[..<cut], bytes[cut...]]).0
            guard let json = try? JSON.parse(bytes), let elements = json["items"]?.array, json["metadata"] != nil else { continue }
            // A name with an escape is not found, nor need it be.
            guard let found else { continue }
            if found.count != elements.count { Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(found)") }
        }
    }

    private static func value(_ depth: Int, _ random: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: .null
        case 1: .integer(.random(in: -9...9, using: &random))
        case 2: .string(String((0..<Int.random(in: 0..<5, using: &random)).map { _ in "\"\\{}[],:é☃".randomElement(using: &random)! }))
        case 3: .bool(true)
        case 4: .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth - 1, &random) })
        default: ["k": value(depth - 1, &random), "}": value(depth - 1, &random)]
        }
    }
}

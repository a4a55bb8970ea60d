import Testing

@testable import Trust

/// Every target's promises hold for what it begins with, so that what it finds is about the change it made.
@Suite("Every promise that is fuzzed")
struct SeedTests {
    @Test("holds for its seeds", arguments: FuzzTarget.all)
    func seeds(target: FuzzTarget) throws {
        let seeds = try target.seeds()
        #expect(!seeds.isEmpty)
        for (index, seed) in seeds.enumerated() {
            do { try target.check(seed) } catch { Issue.record("\(target.name), seed \(index): \(error)") }
        }
    }

    @Test("holds for nothing and for bytes of one kind", arguments: FuzzTarget.all)
    func bytes(target: FuzzTarget) throws {
        for byte in UInt8.min...UInt8.max {
            for count in [0, 1, 2, 40] { try target.check([UInt8](repeating: byte, count: count)) }
        }
    }

    @Test("has a name of its own, by which hack/fuzz knows it")
    func names() throws {
        let names = FuzzTarget.all.map(\.name)
        #expect(Set(names).count == names.count)
        let script = String(decoding: try SeedFiles.bytes("../../../hack/fuzz"), as: UTF8.self)
        let list = try #require(script.split(separator: "others=(").dropFirst().first?.split(separator: ")").first)
        #expect(list.split(whereSeparator: \.isWhitespace).map(String.init) == names)
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    var testDescription: String { name }
}

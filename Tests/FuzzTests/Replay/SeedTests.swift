import Glibc
import Randomness
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

    /// One of each, to see that it is done; GRAFT_FUZZ_ROUNDS says how many where there is no libFuzzer, GRAFT_FUZZ_TARGETS of which.
    @Test("holds for random changes of its seeds", arguments: FuzzTarget.all)
    func changes(target: FuzzTarget) throws {
        if let names = getenv("GRAFT_FUZZ_TARGETS").map({ String(cString: $0) }), !names.split(separator: ",").contains(target.name[...]) {
            return
        }
        let rounds = getenv("GRAFT_FUZZ_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 1
        let telling = Array("{}[]\",:.=#/-+~\\ 0123456789eE\n\r\0".utf8) + [0x80, 0xC2, 0xFF]
        var random = SeededRandom(seed: UInt64(rounds))
        for seed in try target.seeds() where !seed.isEmpty && seed.count <= target.limit {
            for _ in 0..<rounds {
                let changed = seed.mutated(with: telling, using: &random)
                do { try target.check(changed) } catch {
                    Issue.record("\(target.name): \(error); the input is \(String(decoding: changed, as: UTF8.self).debugDescription)")
                    return
                }
            }
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

import Randomness
import Testing

@testable import Telemetry

@Suite("W3C Trace Context") struct TraceParentTests {
    private static let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("A valid header is read, and written as it was")
    func roundTrip() throws {
        let parent = try #require(TraceParent(Self.valid))
        #expect(parent.trace.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(parent.span.description == "b7ad6b7169203331")
        #expect(parent.isSampled)
        #expect(parent.text == Self.valid)
    }

    @Test(
        "Flags other than «sampled» are not ours",
        arguments: [("00", false), ("01", true), ("02", false), ("03", true), ("ff", true)] as [(String, Bool)])
    func flags(flags: String, isSampled: Bool) throws {
        #expect(try #require(TraceParent(Self.valid.dropLast(2) + flags)).isSampled == isSampled)
    }

    @Test("What a later version says beyond ours is passed over", arguments: ["", "-what-the-future-brings", "-"])
    func future(more: String) { #expect(TraceParent("cc" + Self.valid.dropFirst(2) + more)?.text == Self.valid) }

    @Test(
        "What is not valid is no parent",
        arguments: [
            "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01", "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.x", "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ])
    func invalid(text: String) { #expect(TraceParent(text) == nil) }

    @Test("Whatever comes: it is read or refused, and what is read is valid", arguments: 0..<8)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            var bytes = Array(Self.valid.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] = Array("0123456789abcdef-".utf8).randomElement(using: &random)!
                case 2: bytes.remove(at: place)
                default: bytes.insert(UInt8(ascii: "0"), at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let parent = TraceParent(text) else { continue }
            #expect(TraceParent(parent.text) == parent)
            #expect(text.dropFirst(3).prefix(49) == parent.text.dropFirst(3).prefix(49))
        }
    }
}

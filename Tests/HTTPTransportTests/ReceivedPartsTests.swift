import Testing

@testable import HTTPTransport

@Suite("What waits for a reader")
struct ReceivedPartsTests {
    private func receive(_ state: inout ExchangeState, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { state.receive($0) != nil }
    }

    @Test("comes in its order, whatever the sizes, and all of it", arguments: 0..<20)
    func order(seed: Int) {
        var random = SystemRandomNumberGenerator()
        var parts = ReceivedParts()
        var (sent, read) = ([UInt8](), [UInt8]())
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...(seed * 900), using: &random)).map { UInt8(truncatingIfNeeded: sent.count + $0) }
            bytes.withUnsafeBufferPointer { parts.append($0) }
            sent += bytes
            for _ in 0..<Int.random(in: 0..<3, using: &random) { read += parts.takeFirst() ?? [] }
            #expect(parts.count == sent.count - read.count)
        }
        while let part = parts.takeFirst() {
            #expect(!part.isEmpty)
            read += part
        }
        #expect(read == sent)
        #expect(parts.count == 0)
    }

    @Test("is put together while it is small, and left as it is when it is not")
    func sizes() {
        var parts = ReceivedParts()
        for size in [100, 200, 16 << 10, 10, 10] {
            [UInt8](repeating: 1, count: size).withUnsafeBufferPointer { parts.append($0) }
        }
        #expect([parts.takeFirst()?.count, parts.takeFirst()?.count, parts.takeFirst()?.count] == [300, 16 << 10, 20])
        #expect(parts.takeFirst() == nil)
    }

    @Test("holds the sender up beyond the bound, until half of it is read")
    func pause() {
        var state = ExchangeState(bound: 40_000)
        let part = [UInt8](repeating: 7, count: 16_000)
        #expect((0..<3).allSatisfy { _ in receive(&state, part) })
        #expect(!receive(&state, part))
        #expect(state.isReceivingPaused)
        #expect(state.takePart()?.effects.resumesTransfer == false)
        #expect(state.takePart()?.effects.resumesTransfer == true)
        #expect(!state.isReceivingPaused)
        #expect(receive(&state, part))
        #expect(state.takePart()?.part.count == 16_000 && state.takePart()?.part.count == 16_000)
        #expect(state.takePart() == nil)
    }
}

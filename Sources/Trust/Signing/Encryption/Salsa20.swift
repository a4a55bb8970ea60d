/// The Salsa20 core and what is built of it: HSalsa20 and the stream XSalsa20 ("Salsa20 specification" and "Extending the Salsa20 nonce",
/// D. J. Bernstein).
///
/// Constant time: additions, exclusive ors and rotations by fixed distances alone, no table and no branch that depends on a secret.
enum Salsa20 {
    static let keySize = 32
    /// XSalsa20's.
    static let nonceSize = 24
    static let blockSize = 64

    /// `count` bytes of the XSalsa20 stream, from its beginning.
    static func stream(_ count: Int, key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        precondition(key.count == keySize && nonce.count == nonceSize)
        let inner = hsalsa20(key: key, input: nonce[..<16])
        var stream: [UInt8] = []
        stream.reserveCapacity(count + blockSize)
        var counter: UInt64 = 0
        while stream.count < count {
            let position = (0..<8).map { UInt8(truncatingIfNeeded: counter >> (8 * UInt64($0))) }
            stream += block(key: inner, input: nonce[16...] + position)
            counter += 1
        }
        stream.removeLast(stream.count - count)
        return stream
    }

    /// A key of 32 bytes from a key and an input of 16.
    static func hsalsa20(key: [UInt8], input: ArraySlice<UInt8>) -> [UInt8] {
        let words = doubleRounds(state(key: key, input: input))
        return bytes([0, 5, 10, 15, 6, 7, 8, 9].map { words[$0] })
    }

    /// One block of the stream; `input` is nonce and counter, 8 bytes each.
    static func block(key: [UInt8], input: ArraySlice<UInt8>) -> [UInt8] {
        let start = state(key: key, input: input)
        return bytes(zip(start, doubleRounds(start)).map { $0 &+ $1 })
    }

    /// "expand 32-byte k" on the diagonal, the key's halves and the input between.
    private static func state(key: [UInt8], input: ArraySlice<UInt8>) -> [UInt32] {
        precondition(key.count == keySize && input.count == 16)
        let key = words(key[...])
        let input = words(input)
        return [0x6170_7865] + key[..<4] + [0x3320_646e] + input + [0x7962_2d32] + key[4...] + [0x6b20_6574]
    }

    /// Twenty rounds, a column round and a row round ten times.
    private static func doubleRounds(_ start: [UInt32]) -> [UInt32] {
        var x = start
        for _ in 0..<10 {
            quarterRound(&x, 0, 4, 8, 12)
            quarterRound(&x, 5, 9, 13, 1)
            quarterRound(&x, 10, 14, 2, 6)
            quarterRound(&x, 15, 3, 7, 11)
            quarterRound(&x, 0, 1, 2, 3)
            quarterRound(&x, 5, 6, 7, 4)
            quarterRound(&x, 10, 11, 8, 9)
            quarterRound(&x, 15, 12, 13, 14)
        }
        return x
    }

    private static func quarterRound(_ x: inout [UInt32], _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        x[b] ^= rotated(x[a] &+ x[d], 7)
        x[c] ^= rotated(x[b] &+ x[a], 9)
        x[d] ^= rotated(x[c] &+ x[b], 13)
        x[a] ^= rotated(x[d] &+ x[c], 18)
    }

    private static func rotated(_ word: UInt32, _ distance: UInt32) -> UInt32 { word << distance | word >> (32 - distance) }

    private static func words(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { start in
            (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        }
    }

    private static func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
    }
}

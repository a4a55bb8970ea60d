/// The one-time authenticator Poly1305 (RFC 8439 §2.5).
///
/// Constant time in key and message: five limbs of 26 bits, products of 64, and a final subtraction that is made by a mask.
enum Poly1305 {
    static let keySize = 32
    static let tagSize = 16

    /// The tag of a message under a key that is used for nothing else.
    static func tag(of message: some Collection<UInt8>, key: [UInt8]) -> [UInt8] {
        precondition(key.count == keySize)
        let r = clamped(key)
        var h: [UInt64] = [0, 0, 0, 0, 0]
        var rest = Array(message)[...]
        while !rest.isEmpty {
            add(Array(rest.prefix(16)) + [1], to: &h)
            rest = rest.dropFirst(16)
            multiply(&h, by: r)
        }
        return sum(reduced(h), Array(key[16...]))
    }

    private static let mask: UInt64 = 0x3ff_ffff

    /// The first half of the key, with the bits taken away that RFC 8439 §2.5.1 names.
    private static func clamped(_ key: [UInt8]) -> [UInt64] {
        var bytes = Array(key[..<16])
        for index in [3, 7, 11, 15] { bytes[index] &= 15 }
        for index in [4, 8, 12] { bytes[index] &= 252 }
        return limbs(bytes)
    }

    /// Up to 17 bytes, little-endian, as limbs of 26 bits.
    private static func limbs(_ bytes: [UInt8]) -> [UInt64] {
        var limbs: [UInt64] = [0, 0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() {
            let bit = 8 * index
            limbs[bit / 26] |= UInt64(byte) << UInt64(bit % 26) & mask
            // What a 17th byte holds is a 1 alone, which ends within the last limb.
            if bit % 26 > 18, bit / 26 < 4 { limbs[bit / 26 + 1] |= UInt64(byte) >> UInt64(26 - bit % 26) }
        }
        return limbs
    }

    private static func add(_ block: [UInt8], to h: inout [UInt64]) {
        for (index, limb) in limbs(block).enumerated() { h[index] += limb }
    }

    /// h · r modulo 2^130 - 5. Limbs that pass 2^130 come back times five.
    private static func multiply(_ h: inout [UInt64], by r: [UInt64]) {
        var products: [UInt64] = [0, 0, 0, 0, 0]
        for i in 0..<5 {
            for j in 0..<5 { products[(i + j) % 5] += h[i] * r[j] * (i + j > 4 ? 5 : 1) }
        }
        h = carried(products)
    }

    private static func carried(_ wide: [UInt64]) -> [UInt64] {
        var limbs = wide
        var carry: UInt64 = 0
        for index in 0..<5 {
            limbs[index] += carry
            carry = limbs[index] >> 26
            limbs[index] &= mask
        }
        limbs[0] += carry * 5
        limbs[1] += limbs[0] >> 26
        limbs[0] &= mask
        return limbs
    }

    /// The one representative below 2^130 - 5.
    private static func reduced(_ h: [UInt64]) -> [UInt64] {
        let h = carried(carried(h))
        // h + 5 - 2^130 is h - p: taken where it isn't negative.
        var g: [UInt64] = []
        var carry: UInt64 = 5
        for index in 0..<5 {
            let limb = h[index] + carry
            carry = limb >> 26
            g.append(limb & mask)
        }
        let choice = 0 &- carry
        return (0..<5).map { g[$0] & choice | h[$0] & ~choice }
    }

    /// (h + s) modulo 2^128, little-endian.
    private static func sum(_ h: [UInt64], _ s: [UInt8]) -> [UInt8] {
        var tag: [UInt8] = []
        var carry: UInt64 = 0
        for index in 0..<16 {
            let bit = 8 * index
            var byte = h[bit / 26] >> UInt64(bit % 26)
            if bit % 26 > 18 { byte |= h[bit / 26 + 1] << UInt64(26 - bit % 26) }
            carry += (byte & 0xff) + UInt64(s[index])
            tag.append(UInt8(truncatingIfNeeded: carry))
            carry >>= 8
        }
        return tag
    }
}

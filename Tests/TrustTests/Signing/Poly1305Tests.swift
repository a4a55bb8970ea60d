import Testing

@testable import Trust

/// RFC 8439: the example of §2.5.2, and the vectors of appendix A.3 that find wrong carries and reductions.
@Suite struct Poly1305Tests {
    struct Vector: Sendable {
        var key: String
        var message: String
        var tag: String
    }

    static let zero = String(repeating: "00", count: 16)
    static let ones = String(repeating: "ff", count: 16)
    static let oneLow = "01" + String(repeating: "00", count: 15)
    static let twoLow = "02" + String(repeating: "00", count: 15)

    static let vectors = [
        Vector(
            key: "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
            message: "43727970746f6772617068696320466f72756d2052657365617263682047726f7570", tag: "a8061dc1305136c6c22b8baf0c0127a9"),
        Vector(key: zero + zero, message: zero + zero + zero + zero, tag: zero),
        Vector(key: twoLow + zero, message: ones, tag: "03" + String(repeating: "00", count: 15)),
        Vector(key: twoLow + ones, message: twoLow, tag: "03" + String(repeating: "00", count: 15)),
        Vector(
            key: oneLow + zero, message: ones + "f0" + String(repeating: "ff", count: 15) + "11" + String(repeating: "00", count: 15),
            tag: "05" + String(repeating: "00", count: 15)),
        Vector(
            key: oneLow + zero, message: ones + "fb" + String(repeating: "fe", count: 15) + String(repeating: "01", count: 16), tag: zero),
        Vector(key: twoLow + zero, message: "fd" + String(repeating: "ff", count: 15), tag: "fa" + String(repeating: "ff", count: 15)),
        Vector(
            key: "01000000000000000400000000000000" + zero,
            message:
                "e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001000000000000000000000000000000",
            tag: "14000000000000005500000000000000"),
    ]

    @Test(arguments: vectors) func `each vector gets its tag`(_ vector: Vector) {
        let tag = Poly1305.tag(of: [UInt8](hexadecimal: vector.message), key: [UInt8](hexadecimal: vector.key))
        #expect(ContentDigest.hexadecimal(tag) == vector.tag)
    }
}

import SwiftASN1

/// What a time-stamp authority signs: that it saw the hash of some bytes at a time (RFC 3161 §2.4.2, TSTInfo).
struct TimestampInfo: Sendable, Hashable {
    /// The hash's AlgorithmIdentifier in DER and the hash itself.
    let imprintAlgorithm: [UInt8]
    let imprint: [UInt8]
    let serialNumber: [UInt8]
    let time: Moment
    let policy: ASN1ObjectIdentifier
    /// Accuracy in the bytes that came; nil where none is stated.
    let accuracy: [UInt8]?

    /// Strict DER, unlike what is around it.
    init(_ bytes: ArraySlice<UInt8>) throws(ASN1Fault) {
        var reader = try NodeReader(der: bytes, "TSTInfo")
        guard try reader.next(.integer).smallInteger("the version") == 1 else { throw ASN1Fault("TSTInfo: wanted version 1") }
        policy = try reader.next(.objectIdentifier).objectIdentifier("the policy")
        var imprintReader = try NodeReader(reader.next(.sequence), .sequence, "messageImprint")
        imprintAlgorithm = Array(try imprintReader.next(.sequence).encodedBytes)
        imprint = Array(try imprintReader.next(.octetString).octets("hashedMessage"))
        try imprintReader.end()
        serialNumber = Array(try reader.next(.integer).integerBytes("the serial number"))
        time = try Moment(genTime: reader.next())
        // ordering, nonce: no bearing on a time that is taken as it stands; a nonce answers whoever asked, not us.
        accuracy = reader.optional(.sequence).map { Array($0.encodedBytes) }
        if let ordering = reader.optional(.boolean) {
            guard try ordering.boolean("ordering") else { throw ASN1Fault("TSTInfo: ordering is written though it is FALSE, its default") }
        }
        _ = try reader.optional(.integer)?.integerBytes("the nonce")
        _ = reader.optional(context: 0)
        // Extensions may be critical, and none is known here.
        try reader.end()
    }

    /// How far from `time` it may have been, in nanoseconds: what is stated; else a second under the baseline policy (RFC 3628 §5.2), and
    /// nothing under others.
    func uncertainty() throws(ASN1Fault) -> Int64 {
        guard let accuracy else { return policy == [0, 4, 0, 2023, 1, 1] ? 1_000_000_000 : 0 }
        var reader = try NodeReader(der: accuracy[...], "accuracy")
        var nanoseconds: Int64 = 0
        if let seconds = reader.optional(.integer) { nanoseconds = Int64(try seconds.smallInteger("seconds")) * 1_000_000_000 }
        for (tag, unit) in [(UInt(0), Int64(1_000_000)), (1, 1000)] {
            guard let part = reader.optional(context: tag) else { continue }
            // Implicit tags around an INTEGER of 1 to 999.
            let bytes = try part.primitive("accuracy")
            let number = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
            guard (1...2).contains(bytes.count), (1...999).contains(number) else { throw ASN1Fault("accuracy: out of range") }
            nanoseconds += number * unit
        }
        try reader.end()
        return nanoseconds
    }
}

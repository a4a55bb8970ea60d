import SwiftASN1

/// What a time-stamp authority signs: that it saw the hash of some bytes at a time (RFC 3161 §2.4.2, TSTInfo).
struct TimestampInfo: Sendable, Hashable {
    /// The hash's AlgorithmIdentifier in DER and the hash itself.
    let imprintAlgorithm: [UInt8]
    let imprint: [UInt8]
    let serialNumber: [UInt8]
    let time: Moment

    /// Strict DER, unlike what is around it.
    init(_ bytes: ArraySlice<UInt8>) throws(ASN1Fault) {
        var reader = try NodeReader(der: bytes, "TSTInfo")
        guard try reader.next(.integer).smallInteger("the version") == 1 else { throw ASN1Fault("TSTInfo: wanted version 1") }
        _ = try reader.next(.objectIdentifier).objectIdentifier("the policy")
        var imprintReader = try NodeReader(reader.next(.sequence), .sequence, "messageImprint")
        imprintAlgorithm = Array(try imprintReader.next(.sequence).encodedBytes)
        imprint = Array(try imprintReader.next(.octetString).octets("hashedMessage"))
        try imprintReader.end()
        serialNumber = Array(try reader.next(.integer).integerBytes("the serial number"))
        time = try Moment(genTime: reader.next())
        // accuracy, ordering, nonce: no bearing on a time that is taken as it stands; a nonce answers whoever asked, not us.
        _ = reader.optional(.sequence)
        if let ordering = reader.optional(.boolean) {
            guard try ordering.boolean("ordering") else { throw ASN1Fault("TSTInfo: ordering is written though it is FALSE, its default") }
        }
        _ = try reader.optional(.integer)?.integerBytes("the nonce")
        _ = reader.optional(context: 0)
        // Extensions may be critical, and none is known here.
        try reader.end()
    }
}

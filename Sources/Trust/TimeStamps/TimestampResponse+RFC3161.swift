import SwiftASN1

/// A TimeStampResp (RFC 3161 §2.4.2): whether the stamp was granted, and the stamp.
enum TimestampResponse {
    /// Bytes of a response that are read at most; FreeTSA's, with its certificates, has 5.5 kB.
    static let sizeLimit = 64 << 10

    /// The token, a ContentInfo. Lengths in it may be BER.
    static func token(_ bytes: [UInt8]) throws(ASN1Fault) -> ASN1Node {
        var response = try NodeReader(node(bytes), .sequence, "TimeStampResp")
        var status = try NodeReader(response.next(.sequence), .sequence, "PKIStatusInfo")
        let code = try status.next(.integer).smallInteger("the status")
        // granted, grantedWithMods.
        guard code == 0 || code == 1 else { throw ASN1Fault("the authority refused it with status \(code)") }
        let token = try response.next(.sequence)
        try response.end()
        return token
    }

    /// What the bytes hold, whose lengths may be BER.
    static func node(_ bytes: [UInt8]) throws(ASN1Fault) -> ASN1Node {
        guard bytes.count <= sizeLimit else { throw ASN1Fault("\(bytes.count) bytes, wanted at most \(sizeLimit)") }
        do {
            return try BER.parse(bytes)
        } catch {
            throw ASN1Fault("not ASN.1 (\(error))")
        }
    }
}

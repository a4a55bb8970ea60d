import SwiftASN1

/// An RFC 3161 time stamp, read but not verified.
package struct TimestampToken: Sendable {
    let info: TimestampInfo
    /// TSTInfo as it was signed.
    let content: [UInt8]
    package let signer: SignerInfo
    /// DER of the certificates that came along, which nobody vouches for.
    let certificates: [[UInt8]]

    /// id-ct-TSTInfo (RFC 3161 §2.4.2).
    static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 1, 4]

    /// Reads a TimeStampResp, as bundles hold it.
    /// - Throws: `tsaResponse`, and `tsaSigner` for other than one signer.
    package init(response: [UInt8]) throws(TimestampFailure) {
        try self.init { () throws(ASN1Fault) in try TimestampResponse.token(response) }
    }

    /// Reads a TimeStampToken alone, without the response around it.
    package init(token bytes: [UInt8]) throws(TimestampFailure) {
        try self.init { () throws(ASN1Fault) in try TimestampResponse.node(bytes) }
    }

    private init(_ token: () throws(ASN1Fault) -> ASN1Node) throws(TimestampFailure) {
        let data: SignedData
        do throws(ASN1Fault) {
            data = try SignedData(contentInfo: token())
            guard data.contentType == Self.contentType else { throw ASN1Fault("it holds \(data.contentType), wanted a time stamp") }
            info = try TimestampInfo(data.content[...])
        } catch {
            throw .response(error.reason)
        }
        guard data.signers.count == 1 else { throw .signer("found \(data.signers.count) signers, wanted exactly one") }
        content = data.content
        signer = data.signers[0]
        certificates = data.certificates
    }

    /// The time it claims, which nothing vouches for before an authority's `verify`.
    package var claimedTime: Moment { info.time }
}

/// A time that an authority of the trust root vouches for: by then, the stamped bytes existed.
package struct VerifiedTimestamp: Sendable, Hashable {
    package let time: Moment
    /// The authority's name in the trust root.
    package let authority: String
    /// The stamp's number, which is unique at its authority: big-endian bytes.
    package let serialNumber: [UInt8]
    /// Fingerprint of the authority's certificate.
    package let certificate: String
}

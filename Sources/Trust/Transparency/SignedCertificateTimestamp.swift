/// A log's promise to have a certificate in it by a while after its time (RFC 6962 §3.2). Read, not verified.
package struct SignedCertificateTimestamp: Sendable, Hashable {
    /// 32 bytes.
    package let logID: [UInt8]
    package let time: Moment
    /// Milliseconds since 1970, as they are signed.
    let milliseconds: UInt64
    /// Not empty in logs of the static kind, which write the leaf's index there.
    let extensions: [UInt8]
    let hasRSASignature: Bool
    package let signature: [UInt8]
}

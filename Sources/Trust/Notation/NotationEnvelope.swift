/// A Notary Project signature, read but not verified: what was signed, by what it says of itself, and what came along unsigned.
struct NotationEnvelope: Sendable, Hashable {
    /// `NotationPayload` in bytes, which nobody looks into before the signature holds.
    let payload: [UInt8]
    /// What the signature is made over.
    let signedBytes: [UInt8]
    let signature: [UInt8]
    let headers: NotationHeaders
    /// DER, the signer's first.
    let certificates: [[UInt8]]
    /// An RFC 3161 TimeStampToken over `signature`.
    let timestamp: [UInt8]?

    /// What is read at most.
    enum Limits {
        static let bytes = 256 << 10
        static let depth = 8
        static let certificates = 10
        static let signature = 1024
    }

    /// How an envelope is encoded, by the media type of its layer.
    enum Encoding: String, Sendable, Hashable, CaseIterable {
        case jws = "application/jose+json"
        case cose = "application/cose"
    }

    init(_ bytes: [UInt8], as encoding: Encoding) throws(NotationFailure) {
        guard bytes.count <= Limits.bytes else { throw .envelopeTooLarge(bytes: bytes.count, limit: Limits.bytes) }
        switch encoding {
        case .jws: try self.init(jws: bytes)
        case .cose: try self.init(cose: bytes)
        }
    }

    init(
        payload: [UInt8], signedBytes: [UInt8], signature: [UInt8], headers: NotationHeaders, certificates: [[UInt8]], timestamp: [UInt8]?
    ) throws(NotationFailure) {
        guard !payload.isEmpty else { throw .envelopeMalformed("no payload") }
        guard !signature.isEmpty else { throw .envelopeMalformed("no signature") }
        guard signature.count <= Limits.signature else { throw .envelopeMalformed("a signature of \(signature.count) bytes") }
        guard !certificates.isEmpty else { throw .chainMissing }
        guard certificates.count <= Limits.certificates else {
            throw .tooManyCertificates(count: certificates.count, limit: Limits.certificates)
        }
        self.payload = payload
        self.signedBytes = signedBytes
        self.signature = signature
        self.headers = headers
        self.certificates = certificates
        self.timestamp = timestamp
    }
}

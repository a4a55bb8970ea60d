import Crypto

@testable import Trust

/// A time stamp to be: change what a test is about, the rest is what an authority writes.
struct TimestampSample {
    /// An authority: a root, its certificate for time stamping, and both keys.
    struct Issuer {
        var root: CertificateSample
        var leaf: CertificateSample
        var rootKey: SampleKey
        let key: SampleKey

        init(_ kind: SampleKey.Kind = .p256) throws {
            rootKey = try SampleKey(21)
            key = try SampleKey(22, kind)
            root = try .authority("stamp root", by: "stamp root", key: rootKey)
            leaf = CertificateSample(subject: "stamper", issuer: "stamp root", key: key)
            leaf.extensions = [
                CertificateSample.keyUsage(0x80), try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.8", critical: true),
            ]
        }

        mutating func useRootKey(_ number: UInt8) throws {
            rootKey = try SampleKey(number)
            root.key = rootKey
        }

        func certificates() throws -> [Certificate] {
            [try leaf.certificate(signedBy: rootKey), try root.certificate(signedBy: rootKey)]
        }

        func authority(window: ValidityWindow = ChainSample.window) throws -> TimestampAuthority {
            try TimestampAuthority(name: "https://tsa.example.test", certificates: certificates(), window: window)
        }
    }

    var status: [UInt8] = [0]
    var contentType = "1.2.840.113549.1.9.16.1.4"
    var imprintAlgorithm = sha256
    var imprint: [UInt8]
    var time = "20260601000500Z"
    /// Fields of TSTInfo after the time.
    var infoTrailer: [UInt8] = []
    var infoVersion: [UInt8] = [1]
    var digestAlgorithm = sha256
    var signatureAlgorithm: [UInt8]?
    /// Values of the signed attributes by type; nil for what belongs there.
    var signedContentType: [UInt8]?
    var signedDigest: [UInt8]?
    var signingCertificate: [UInt8]?
    var moreAttributes: [UInt8] = []
    var signerVersion: [UInt8] = [1]
    var signerIdentifier: [UInt8]?
    var signerCount = 1
    /// What to sign instead of the attributes.
    var signed: [UInt8]?
    /// The certificates that come along, in whatever order.
    var embedded: [UInt8] = []
    /// Lengths of the outer parts in the indefinite form of BER.
    var isIndefinite = false
    let issuer: Issuer

    static let sha256: [UInt8] = [0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
    static let sha384 = Array(sha256.dropLast()) + [0x02]
    static let sha512 = Array(sha256.dropLast()) + [0x03]
    static let sha1: [UInt8] = [0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00]
    static let stamped = Array("a signature's bytes".utf8)

    init(issuer: Issuer, stamped: [UInt8] = stamped) {
        self.issuer = issuer
        imprint = DigestAlgorithm.sha256.hash(stamped)
    }

    private func info() throws -> [UInt8] {
        DERSample.sequence(
            DERSample.integer(infoVersion), try DERSample.oid("1.2.3"), DERSample.sequence(imprintAlgorithm, DERSample.octets(imprint)),
            DERSample.integer([7]), DERWriter.value(0x18, Array(time.utf8)), infoTrailer)
    }

    private func attribute(_ type: String, _ value: [UInt8]) throws -> [UInt8] {
        DERSample.sequence(try DERSample.oid(type), DERSample.set(value))
    }

    func response() throws -> [UInt8] { sequence(DERSample.sequence(DERSample.integer(status)), try token()) }

    /// The stamp alone.
    func token() throws -> [UInt8] {
        let info = try info()
        let digest = SignerInfo.digest(digestAlgorithm) ?? .sha256
        let attributes = [
            try attribute("1.2.840.113549.1.9.3", signedContentType ?? DERSample.oid(contentType)),
            try attribute("1.2.840.113549.1.9.4", signedDigest ?? DERSample.octets(digest.hash(info))),
            try signingCertificate.map { try attribute("1.2.840.113549.1.9.16.2.47", $0) } ?? [], moreAttributes,
        ].flatMap { $0 }
        let signature = try issuer.key.sign(signed ?? DERSample.set(attributes))
        let identifier =
            try signerIdentifier
            ?? DERSample.sequence(DERSample.name(issuer.leaf.issuer), DERSample.integer(issuer.leaf.serialNumber))
        let signer = DERSample.sequence(
            DERSample.integer(signerVersion), identifier, digestAlgorithm, DERSample.explicit(0, attributes),
            signatureAlgorithm ?? issuer.key.algorithm, DERSample.octets(signature))
        let data = sequence(
            DERSample.integer([3]), DERSample.set(digestAlgorithm),
            DERSample.sequence(try DERSample.oid(contentType), DERSample.explicit(0, DERSample.octets(info))),
            embedded.isEmpty ? [] : DERSample.explicit(0, embedded),
            DERSample.set([[UInt8]](repeating: signer, count: signerCount).flatMap { $0 }))
        return sequence(try DERSample.oid("1.2.840.113549.1.7.2"), constructed(0xa0, data))
    }

    private func sequence(_ parts: [UInt8]...) -> [UInt8] { constructed(0x30, parts.flatMap { $0 }) }

    private func constructed(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        isIndefinite ? [tag, 0x80] + content + [0, 0] : DERWriter.value(tag, content)
    }

    /// The name of the first failure; "ok" without one.
    func verdict(window: ValidityWindow = ChainSample.window) -> String {
        failureName {
            try issuer.authority(window: window).verify(TimestampToken(response: response()), over: Self.stamped)
        }
    }
}

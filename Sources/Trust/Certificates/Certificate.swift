import Crypto
import JSON

/// An X.509 version 3 certificate (RFC 5280 §4.1) with the exact bytes it was read from.
///
/// Read strictly: DER, nothing behind it, version 3, no extension twice. What a certificate may be used for is decided by whoever
/// uses it: its key may be of a kind that isn't taken, its extensions may be critical and unknown.
package struct Certificate: Sendable {
    package let der: [UInt8]
    /// TBSCertificate, the part that is signed.
    package let tbs: ArraySlice<UInt8>
    /// SubjectPublicKeyInfo, whose SHA-256 names an issuer in a signed certificate timestamp.
    package let subjectPublicKeyInfo: [UInt8]
    /// The serial number's bytes, big-endian.
    package let serialNumber: [UInt8]
    package let issuer: DistinguishedName
    package let subject: DistinguishedName
    package let notBefore: Moment
    package let notAfter: Moment

    /// AlgorithmIdentifier of the signature, with its parameters.
    let signatureAlgorithm: ArraySlice<UInt8>
    package let signature: [UInt8]
    let extensions: CertificateExtensions
    /// Where in `der` the signed fields before the extensions stand.
    let fieldsBeforeExtensions: Range<Int>
    let key: Result<PublicKey, KeyError>

    /// Bytes of a certificate that are read at most.
    package static let sizeLimit = 32 << 10

    /// Reads exactly one `CERTIFICATE` block.
    package init(pem: String) throws(CertificateFailure) {
        let certificates = try Self.all(pem: pem)
        guard certificates.count == 1 else { throw .malformed("\(certificates.count) PEM blocks, wanted one certificate") }
        self = certificates[0]
    }

    /// Reads one or more `CERTIFICATE` blocks, in their order.
    package static func all(pem: String) throws(CertificateFailure) -> [Certificate] { try all(pem: pem, known: []) }

    /// - Parameter known: roots whose certificates needn't be read again.
    static func all(pem: String, known: [TrustedRoot]) throws(CertificateFailure) -> [Certificate] {
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parse(pem)
        } catch {
            throw .malformed(error.description)
        }
        var certificates: [Certificate] = []
        for document in documents {
            guard document.label == label else { throw .malformed("found a PEM block \(document.label), wanted \(label)") }
            if let certificate = Self.known(document.bytes, to: known) {
                certificates.append(certificate)
            } else {
                certificates.append(try Certificate(der: document.bytes))
            }
        }
        return certificates
    }

    static let label = "CERTIFICATE"

    private static func known(_ der: [UInt8], to roots: [TrustedRoot]) -> Certificate? {
        for root in roots {
            for authority in root.certificateAuthorities {
                if let index = authority.certificates.firstIndex(where: { $0.der == der }) { return authority.certificates[index] }
            }
        }
        return nil
    }

    package var pem: String { PEMDocument(label: Self.label, bytes: der).text }

    /// SHA-256 of the DER, 64 hexadecimal digits: what evidence names a certificate by.
    package var fingerprint: String { ContentDigest.hexadecimal(SHA256.hash(data: der)) }

    /// The subject's key.
    /// - Throws: `algorithmUnsupported` for a kind of key that isn't taken, `malformed` for one that is none.
    package func publicKey() throws(CertificateFailure) -> PublicKey {
        switch key {
        case .success(let key): key
        case .failure(.malformed(let why)): throw .malformed("the key of \(self): \(why)")
        case .failure(let error): throw .algorithmUnsupported("the key of \(self): \(error)")
        }
    }

    func isValid(at time: Moment) -> Bool { notBefore <= time && time <= notAfter }
}

extension Certificate: Hashable, CustomStringConvertible {
    package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(der) }

    /// The subject, or where it is empty, as in a signer's certificate, the first alternative name.
    package var description: String {
        if !subject.isEmpty { return "\"\(subject)\"" }
        guard let name = extensions.subjectAlternativeNames?.first else { return "a certificate without a name" }
        return "the certificate of \(name)"
    }
}

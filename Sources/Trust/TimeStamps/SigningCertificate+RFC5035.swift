import Crypto
import SwiftASN1

/// The signed attribute that names the signer's certificate by its hash (RFC 5035 §3, ESSCertIDv2; RFC 2634 §5.4, ESSCertID), so that
/// nobody puts another certificate of the same name in its place.
enum SigningCertificate {
    static let type: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 12]
    static let typeV2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 47]

    /// Checks each of the two attributes that is there. Neither need be: the trust root names the certificate in any case.
    static func check(_ signer: SignerInfo, names certificate: Certificate) throws(TimestampFailure) {
        do throws(ASN1Fault) {
            if let value = try signer.value(typeV2) {
                guard try namesV2(value, certificate) else { throw ASN1Fault("it names another certificate (signingCertificateV2)") }
            }
            if let value = try signer.value(type) {
                guard try names(value, certificate) else { throw ASN1Fault("it names another certificate (signingCertificate)") }
            }
        } catch {
            throw .signer(error.reason)
        }
    }

    /// The first of the certificates is the signer's (RFC 5035 §5.4).
    private static func first(_ value: ASN1Node) throws(ASN1Fault) -> NodeReader {
        var attribute = try NodeReader(value, .sequence, "signingCertificate")
        var certificates = try NodeReader(attribute.next(.sequence), .sequence, "signingCertificate")
        return try NodeReader(certificates.next(.sequence), .sequence, "ESSCertID")
    }

    private static func namesV2(_ value: ASN1Node, _ certificate: Certificate) throws(ASN1Fault) -> Bool {
        var reader = try first(value)
        var digest = DigestAlgorithm.sha256
        if let algorithm = reader.optional(.sequence) {
            guard let named = SignerInfo.digest(Array(algorithm.encodedBytes)) else {
                throw ASN1Fault("ESSCertIDv2: another hash than SHA-2")
            }
            digest = named
        }
        guard try reader.next(.octetString).octets("certHash").elementsEqual(digest.hash(certificate.der)) else { return false }
        return try issuerMatches(&reader, certificate)
    }

    /// SHA-1 here picks out no certificate by itself: it is compared with the one that the trust root names.
    private static func names(_ value: ASN1Node, _ certificate: Certificate) throws(ASN1Fault) -> Bool {
        var reader = try first(value)
        let hash = Array(Insecure.SHA1.hash(data: certificate.der))
        guard try reader.next(.octetString).octets("certHash").elementsEqual(hash) else { return false }
        return try issuerMatches(&reader, certificate)
    }

    /// IssuerSerial, where it is there: GeneralNames with one directory name, and the serial number.
    private static func issuerMatches(_ reader: inout NodeReader, _ certificate: Certificate) throws(ASN1Fault) -> Bool {
        guard let node = reader.optional(.sequence) else {
            try reader.end()
            return true
        }
        try reader.end()
        var issuer = try NodeReader(node, .sequence, "IssuerSerial")
        var names = try NodeReader(issuer.next(.sequence), .sequence, "IssuerSerial")
        let name = try GeneralName(names.next(), "IssuerSerial")
        try names.end()
        let serialNumber = try issuer.next(.integer).integerBytes("IssuerSerial")
        try issuer.end()
        return name == .directory(certificate.issuer) && serialNumber.elementsEqual(certificate.serialNumber)
    }
}

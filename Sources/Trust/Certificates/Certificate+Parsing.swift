import SwiftASN1

extension Certificate {
    /// Reads one certificate from DER, with nothing behind it.
    package init(der: [UInt8]) throws(CertificateFailure) {
        guard der.count <= Self.sizeLimit else { throw .malformed("\(der.count) bytes, wanted at most \(Self.sizeLimit)") }
        do throws(ASN1Fault) {
            try self.init(strict: der)
        } catch {
            throw .malformed(error.reason)
        }
    }

    private init(strict der: [UInt8]) throws(ASN1Fault) {
        var certificate = try NodeReader(der: der[...], "Certificate")
        let tbsNode = try certificate.next(.sequence)
        let outerAlgorithm = try certificate.next(.sequence).encodedBytes
        let signature = try certificate.next(.bitString).wholeBits("signature")
        try certificate.end()

        var fields = try NodeReader(tbsNode, .sequence, "TBSCertificate")
        // Absent, it would be version 1, which has no extensions and so can't say that it is no authority.
        guard let version = fields.optional(context: 0), try version.inner("version").smallInteger("version") == 2 else {
            throw ASN1Fault("wanted version 3")
        }
        serialNumber = try Self.serialNumber(fields.next(.integer))
        guard try fields.next(.sequence).encodedBytes == outerAlgorithm else {
            throw ASN1Fault("the signature algorithm inside the signed part differs from the one outside")
        }
        issuer = try DistinguishedName(fields.next(.sequence), "issuer")
        var validity = try NodeReader(fields.next(.sequence), .sequence, "validity")
        notBefore = try Moment(certificateTime: validity.next(), "notBefore")
        notAfter = try Moment(certificateTime: validity.next(), "notAfter")
        try validity.end()
        subject = try DistinguishedName(fields.next(.sequence), "subject")
        subjectPublicKeyInfo = try Self.keyInfo(fields.next(.sequence))
        guard let node = fields.optional(context: 3) else { throw ASN1Fault("no extensions") }
        extensions = try CertificateExtensions(node.inner("extensions"))
        fieldsBeforeExtensions = version.encodedBytes.startIndex..<node.encodedBytes.startIndex
        // issuerUniqueID and subjectUniqueID, which no authority may write (RFC 5280 §4.1.2.8), are left over here too.
        try fields.end()

        self.der = der
        tbs = tbsNode.encodedBytes
        signatureAlgorithm = outerAlgorithm
        self.signature = Array(signature)
        key = Self.readKey(subjectPublicKeyInfo)
    }

    private static func serialNumber(_ node: ASN1Node) throws(ASN1Fault) -> [UInt8] {
        let bytes = try node.integerBytes("serial number")
        guard bytes.count <= 20, let first = bytes.first, first & 0x80 == 0 else {
            throw ASN1Fault("a serial number that is negative or longer than 20 bytes")
        }
        return Array(bytes)
    }

    private static func keyInfo(_ node: ASN1Node) throws(ASN1Fault) -> [UInt8] {
        var info = try NodeReader(node, .sequence, "SubjectPublicKeyInfo")
        _ = try info.next(.sequence)
        _ = try info.next(.bitString).wholeBits("the public key")
        try info.end()
        return Array(node.encodedBytes)
    }

    private static func readKey(_ der: [UInt8]) -> Result<PublicKey, KeyError> {
        do throws(KeyError) {
            return .success(try PublicKey(der: der))
        } catch {
            return .failure(error)
        }
    }
}

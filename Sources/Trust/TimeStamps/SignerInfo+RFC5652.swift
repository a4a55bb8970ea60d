import SwiftASN1

/// Who signed, over which attributes, and the signature (RFC 5652 §5.3).
package struct SignerInfo: Sendable {
    /// By what the signer's certificate is found (§5.3, SignerIdentifier).
    enum Identifier: Hashable {
        /// Name in DER, serial number.
        case issuerAndSerialNumber([UInt8], [UInt8])
        case subjectKeyIdentifier([UInt8])
    }

    let identifier: Identifier
    /// AlgorithmIdentifiers in the bytes that came.
    let digestAlgorithm: [UInt8]
    let signatureAlgorithm: [UInt8]
    package let signature: [UInt8]
    /// The signed attributes, each a SET OF values.
    let attributes: [ASN1ObjectIdentifier: [ASN1Node]]
    /// The bytes that are signed: the attributes as a DER SET OF, which is what their own tag stands for (§5.4).
    package let signedBytes: [UInt8]

    static let contentTypeAttribute: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 3]
    static let messageDigestAttribute: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 4]

    init(_ node: ASN1Node) throws(ASN1Fault) {
        var reader = try NodeReader(node, .sequence, "SignerInfo")
        let version = try reader.next(.integer).smallInteger("the version")
        identifier = try Self.identifier(reader.next())
        switch (version, identifier) {
        case (1, .issuerAndSerialNumber), (3, .subjectKeyIdentifier): break
        default: throw ASN1Fault("SignerInfo: version \(version) doesn't go with how it names the signer")
        }
        digestAlgorithm = Array(try reader.next(.sequence).encodedBytes)
        guard let signed = reader.optional(context: 0) else { throw ASN1Fault("SignerInfo: no signed attributes") }
        signedBytes = [DERWriter.set] + signed.encodedBytes.dropFirst()
        attributes = try Self.attributes(signedBytes)
        signatureAlgorithm = Array(try reader.next(.sequence).encodedBytes)
        signature = Array(try reader.next(.octetString).octets("signature"))
        // What isn't signed says nothing.
        _ = reader.optional(context: 1)
        try reader.end()
    }

    private static func identifier(_ node: ASN1Node) throws(ASN1Fault) -> Identifier {
        guard node.identifier == .sequence else {
            guard node.identifier == ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific) else {
                throw ASN1Fault("SignerInfo: no sid")
            }
            return .subjectKeyIdentifier(Array(try node.primitive("sid")))
        }
        var reader = try NodeReader(node, .sequence, "sid")
        let issuer = Array(try reader.next(.sequence).encodedBytes)
        let serialNumber = Array(try reader.next(.integer).integerBytes("sid"))
        try reader.end()
        return .issuerAndSerialNumber(issuer, serialNumber)
    }

    /// Read again as DER, since these very bytes are what was signed.
    private static func attributes(_ set: [UInt8]) throws(ASN1Fault) -> [ASN1ObjectIdentifier: [ASN1Node]] {
        let node = try NodeReader.parse(set[...], "the signed attributes")
        let all = try node.children("the signed attributes")
        guard !all.isEmpty, all.count <= 32 else { throw ASN1Fault("\(all.count) signed attributes, wanted 1 to 32") }
        var attributes: [ASN1ObjectIdentifier: [ASN1Node]] = [:]
        for one in all {
            var reader = try NodeReader(one, .sequence, "a signed attribute")
            let type = try reader.next(.objectIdentifier).objectIdentifier("a signed attribute")
            let values = try reader.next(.set).children("a signed attribute")
            try reader.end()
            guard attributes.updateValue(values, forKey: type) == nil else {
                throw ASN1Fault("the signed attribute \(type) stands there twice")
            }
        }
        return attributes
    }

    /// The single value of an attribute; nil where there is none.
    func value(_ type: ASN1ObjectIdentifier) throws(ASN1Fault) -> ASN1Node? {
        guard let values = attributes[type] else { return nil }
        guard values.count == 1 else { throw ASN1Fault("the signed attribute \(type) has \(values.count) values, wanted one") }
        return values[0]
    }

    /// Whether this is the certificate that it says to be signed with.
    func names(_ certificate: Certificate) -> Bool {
        switch identifier {
        case .issuerAndSerialNumber(let issuer, let serialNumber):
            issuer == certificate.issuer.der && serialNumber == certificate.serialNumber
        case .subjectKeyIdentifier(let identifier): identifier == certificate.extensions.subjectKeyIdentifier
        }
    }
}

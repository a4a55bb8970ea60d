import SwiftASN1

/// What the extensions of a certificate say (RFC 5280 §4.2), each at most once.
struct CertificateExtensions: Sendable {
    /// nil where there is no basicConstraints, which means the same as no authority.
    private(set) var basicConstraints: BasicConstraints?
    private(set) var keyUsage: KeyUsage?
    private(set) var isKeyUsageCritical = false
    /// nil where the extension is absent; never empty.
    private(set) var extendedKeyUsage: [ASN1ObjectIdentifier]?
    private(set) var isExtendedKeyUsageCritical = false
    private(set) var subjectAlternativeNames: [GeneralName]?
    private(set) var isSubjectAlternativeNameCritical = false
    private(set) var nameConstraints: NameConstraints?
    private(set) var subjectKeyIdentifier: [UInt8]?
    private(set) var authorityKeyIdentifier: [UInt8]?
    /// Extensions marked critical that nothing here enforces: whoever meets one has to reject the certificate.
    private(set) var unknownCritical: [ASN1ObjectIdentifier] = []
    /// Every extension's value, the content of its OCTET STRING.
    private(set) var values: [ASN1ObjectIdentifier: ArraySlice<UInt8>] = [:]

    struct BasicConstraints: Sendable, Hashable {
        var isAuthority: Bool
        /// How many authorities may stand between this one and a leaf; nil for any number.
        var pathLength: Int?
        var isCritical = false
    }

    /// Bits of KeyUsage (RFC 5280 §4.2.1.3): the first byte, and above it the second, which holds decipherOnly alone.
    struct KeyUsage: OptionSet, Sendable {
        let rawValue: UInt16
        static let digitalSignature = KeyUsage(rawValue: 0x80)
        static let contentCommitment = KeyUsage(rawValue: 0x40)
        static let certificateSigning = KeyUsage(rawValue: 0x04)
    }

    /// Extensions in one certificate at most. Fulcio writes about twenty-five.
    private static let limit = 64

    /// Where in the certificate all extensions stand, and the one of log timestamps, which logs don't sign.
    private(set) var range = 0..<0
    private(set) var timestampsRange: Range<Int>?

    init(_ node: ASN1Node) throws(ASN1Fault) {
        guard case .constructed(let all) = node.content, node.identifier == .sequence else {
            throw ASN1Fault("extensions: found the tag \(node.identifier), wanted a SEQUENCE")
        }
        // As many as Fulcio writes.
        values.reserveCapacity(32)
        for one in all {
            guard values.count < Self.limit else { throw ASN1Fault("more than \(Self.limit) extensions") }
            range = (values.isEmpty ? one.encodedBytes.startIndex : range.lowerBound)..<one.encodedBytes.endIndex
            var reader = try NodeReader(one, .sequence, "extension")
            let type = try reader.next(.objectIdentifier).objectIdentifier("extension")
            var isCritical = false
            if let flag = reader.optional(.boolean) {
                isCritical = try flag.boolean("critical")
                guard isCritical else { throw ASN1Fault("\(type): critical is written though it is FALSE, its default") }
            }
            let value = try reader.next(.octetString).octets("extension")
            try reader.end()
            guard values.updateValue(value, forKey: type) == nil else { throw ASN1Fault("the extension \(type) stands there twice") }
            if type == SignedCertificateTimestamp.listType { timestampsRange = one.encodedBytes.indices }
            if try !read(type, value, isCritical) && isCritical { unknownCritical.append(type) }
        }
        guard !values.isEmpty else { throw ASN1Fault("no extensions") }
    }

    /// Whether the extension is one that is enforced.
    private mutating func read(_ type: ASN1ObjectIdentifier, _ value: ArraySlice<UInt8>, _ isCritical: Bool) throws(ASN1Fault) -> Bool {
        switch type {
        case Self.basicConstraintsType:
            basicConstraints = try Self.basicConstraints(value)
            basicConstraints?.isCritical = isCritical
        case Self.keyUsageType:
            keyUsage = try Self.keyUsage(value)
            isKeyUsageCritical = isCritical
        case Self.extendedKeyUsageType:
            extendedKeyUsage = try Self.extendedKeyUsage(value)
            isExtendedKeyUsageCritical = isCritical
        case Self.subjectAlternativeNameType:
            subjectAlternativeNames = try Self.names(value)
            isSubjectAlternativeNameCritical = isCritical
        case Self.nameConstraintsType: nameConstraints = try NameConstraints(value)
        case Self.subjectKeyIdentifierType:
            subjectKeyIdentifier = Array(try NodeReader.parse(value, "subjectKeyIdentifier").octets("subjectKeyIdentifier"))
        case Self.authorityKeyIdentifierType: authorityKeyIdentifier = try Self.authorityKeyIdentifier(value)
        case Self.authorityInformationType, Self.subjectInformationType:
            guard try !NodeReader(der: value, "information access").isAtEnd else { throw ASN1Fault("information access: empty") }
            return false
        default: return false
        }
        return true
    }

    static let basicConstraintsType: ASN1ObjectIdentifier = [2, 5, 29, 19]
    static let keyUsageType: ASN1ObjectIdentifier = [2, 5, 29, 15]
    static let extendedKeyUsageType: ASN1ObjectIdentifier = [2, 5, 29, 37]
    static let subjectAlternativeNameType: ASN1ObjectIdentifier = [2, 5, 29, 17]
    static let nameConstraintsType: ASN1ObjectIdentifier = [2, 5, 29, 30]
    static let subjectKeyIdentifierType: ASN1ObjectIdentifier = [2, 5, 29, 14]
    static let authorityKeyIdentifierType: ASN1ObjectIdentifier = [2, 5, 29, 35]
    static let authorityInformationType: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 1, 1]
    static let subjectInformationType: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 1, 11]
}

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
            let (name, isCritical, value) = try Self.parts(of: one)
            let type = try name.objectIdentifier("extension")
            guard values.updateValue(value, forKey: type) == nil else { throw ASN1Fault("the extension \(type) stands there twice") }
            let kind = Kind(name)
            if kind == .timestamps { timestampsRange = one.encodedBytes.indices }
            if try !read(kind, value, isCritical) && isCritical { unknownCritical.append(type) }
        }
        guard !values.isEmpty else { throw ASN1Fault("no extensions") }
    }

    /// An extension's identifier, whether it is critical, and its value.
    private static func parts(of one: ASN1Node) throws(ASN1Fault) -> (name: ASN1Node, isCritical: Bool, value: ArraySlice<UInt8>) {
        guard one.identifier == .sequence, case .constructed(let parts) = one.content else {
            throw ASN1Fault("extension: found the tag \(one.identifier), wanted \(ASN1Identifier.sequence)")
        }
        var nodes = parts.makeIterator()
        guard let name = nodes.next(), var next = nodes.next() else { throw ASN1Fault("extension: ends too early") }
        var isCritical = false
        if next.identifier == .boolean {
            isCritical = try next.boolean("critical")
            guard isCritical else {
                throw ASN1Fault("\(try name.objectIdentifier("extension")): critical is written though it is FALSE, its default")
            }
            guard let value = nodes.next() else { throw ASN1Fault("extension: ends too early") }
            next = value
        }
        let value = try next.octets("extension")
        if let more = nodes.next() { throw ASN1Fault("extension: \(more.identifier) left over") }
        return (name, isCritical, value)
    }

    /// Which of the extensions that are read here it is, found by the bytes of its identifier: Fulcio writes twenty-five, and comparing each with all known
    /// identifiers costs more than reading them.
    private enum Kind {
        case basicConstraints, keyUsage, extendedKeyUsage, subjectAlternativeNames, nameConstraints, subjectKeyIdentifier
        case authorityKeyIdentifier, informationAccess, timestamps, other

        init(_ identifier: ASN1Node) {
            guard case .primitive(let bytes) = identifier.content else {
                self = .other
                return
            }
            let first = bytes.startIndex
            switch bytes.count {
            // id-ce: 2.5.29.
            case 3 where bytes[first] == 0x55 && bytes[first + 1] == 0x1D:
                switch bytes[first + 2] {
                case 14: self = .subjectKeyIdentifier
                case 15: self = .keyUsage
                case 17: self = .subjectAlternativeNames
                case 19: self = .basicConstraints
                case 30: self = .nameConstraints
                case 35: self = .authorityKeyIdentifier
                case 37: self = .extendedKeyUsage
                default: self = .other
                }
            // id-pe: 1.3.6.1.5.5.7.1.
            case 8 where bytes.starts(with: [0x2B, 6, 1, 5, 5, 7, 1]):
                self = [1, 11].contains(bytes[first + 7]) ? .informationAccess : .other
            // 1.3.6.1.4.1.11129.2.4.2 (RFC 6962 §3.3).
            case 10 where bytes.starts(with: [0x2B, 6, 1, 4, 1, 0xD6, 0x79, 2, 4, 2]): self = .timestamps
            default: self = .other
            }
        }
    }

    /// Whether the extension is one that is enforced.
    private mutating func read(_ kind: Kind, _ value: ArraySlice<UInt8>, _ isCritical: Bool) throws(ASN1Fault) -> Bool {
        switch kind {
        case .basicConstraints:
            basicConstraints = try Self.basicConstraints(value)
            basicConstraints?.isCritical = isCritical
        case .keyUsage:
            keyUsage = try Self.keyUsage(value)
            isKeyUsageCritical = isCritical
        case .extendedKeyUsage:
            extendedKeyUsage = try Self.extendedKeyUsage(value)
            isExtendedKeyUsageCritical = isCritical
        case .subjectAlternativeNames:
            subjectAlternativeNames = try Self.names(value)
            isSubjectAlternativeNameCritical = isCritical
        case .nameConstraints: nameConstraints = try NameConstraints(value)
        case .subjectKeyIdentifier:
            subjectKeyIdentifier = Array(try NodeReader.parse(value, "subjectKeyIdentifier").octets("subjectKeyIdentifier"))
        case .authorityKeyIdentifier: authorityKeyIdentifier = try Self.authorityKeyIdentifier(value)
        case .informationAccess:
            guard try !NodeReader(der: value, "information access").isAtEnd else { throw ASN1Fault("information access: empty") }
            return false
        case .timestamps, .other: return false
        }
        return true
    }

    static let basicConstraintsType: ASN1ObjectIdentifier = [2, 5, 29, 19]
    static let keyUsageType: ASN1ObjectIdentifier = [2, 5, 29, 15]
    static let extendedKeyUsageType: ASN1ObjectIdentifier = [2, 5, 29, 37]
    static let subjectAlternativeNameType: ASN1ObjectIdentifier = [2, 5, 29, 17]
    static let nameConstraintsType: ASN1ObjectIdentifier = [2, 5, 29, 30]
    static let authorityKeyIdentifierType: ASN1ObjectIdentifier = [2, 5, 29, 35]
}

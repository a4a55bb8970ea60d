import SwiftASN1

// Each extension's own syntax.
extension CertificateExtensions {
    static func basicConstraints(_ value: ArraySlice<UInt8>) throws(ASN1Fault) -> BasicConstraints {
        var reader = try NodeReader(der: value, "basicConstraints")
        var isAuthority = false
        if let flag = reader.optional(.boolean) {
            isAuthority = try flag.boolean("cA")
            guard isAuthority else { throw ASN1Fault("basicConstraints: cA is written though it is FALSE, its default") }
        }
        let length: Int? = if let node = reader.optional(.integer) { try node.smallInteger("pathLenConstraint") } else { nil }
        try reader.end()
        guard isAuthority || length == nil else { throw ASN1Fault("basicConstraints: a path length for no authority") }
        return BasicConstraints(isAuthority: isAuthority, pathLength: length)
    }

    static func keyUsage(_ value: ArraySlice<UInt8>) throws(ASN1Fault) -> KeyUsage {
        let node = try NodeReader.parse(value, "keyUsage")
        guard node.identifier == .bitString else { throw ASN1Fault("keyUsage: no BIT STRING") }
        let bytes = try node.primitive("keyUsage")
        // No bit at all: RFC 5280 wants one, and whoever looks for one finds none.
        guard !bytes.elementsEqual([0]) else { return [] }
        guard (2...3).contains(bytes.count), let unused = bytes.first, unused < 8, let first = bytes.dropFirst().first,
            let last = bytes.last, last & ((1 << unused) - 1) == 0, last >> unused & 1 == 1
        else { throw ASN1Fault("keyUsage: not the DER of one or more of its nine bits") }
        return KeyUsage(rawValue: UInt16(first) | (bytes.count == 3 ? UInt16(last) << 8 : 0))
    }

    static func extendedKeyUsage(_ value: ArraySlice<UInt8>) throws(ASN1Fault) -> [ASN1ObjectIdentifier] {
        var reader = try NodeReader(der: value, "extendedKeyUsage")
        var purposes: [ASN1ObjectIdentifier] = []
        while !reader.isAtEnd { purposes.append(try reader.next(.objectIdentifier).objectIdentifier("extendedKeyUsage")) }
        guard !purposes.isEmpty else { throw ASN1Fault("extendedKeyUsage: empty") }
        return purposes
    }

    static func names(_ value: ArraySlice<UInt8>) throws(ASN1Fault) -> [GeneralName] {
        var reader = try NodeReader(der: value, "subjectAltName")
        var names: [GeneralName] = []
        while !reader.isAtEnd { names.append(try GeneralName(reader.next(), "subjectAltName")) }
        guard !names.isEmpty else { throw ASN1Fault("subjectAltName: empty") }
        return names
    }

    /// keyIdentifier alone; the issuer's name and serial number that may stand beside it are hints for finding a certificate.
    static func authorityKeyIdentifier(_ value: ArraySlice<UInt8>) throws(ASN1Fault) -> [UInt8]? {
        var reader = try NodeReader(der: value, "authorityKeyIdentifier")
        let identifier: [UInt8]? =
            if let node = reader.optional(context: 0) { Array(try node.primitive("authorityKeyIdentifier")) } else { nil }
        _ = reader.optional(context: 1)
        _ = reader.optional(context: 2)
        try reader.end()
        return identifier
    }
}

import SwiftASN1

/// Which algorithm an encoded private key is for, read from its own words.
///
/// Crypto looks at a key's length alone: it reads one on secp256k1 as one on P-256, and one of X25519 as one that signs.
enum PrivateKeyKind: Equatable {
    case p256, p384, p521, ed25519, rsa
    /// A key, but of none of these.
    case other

    /// Reads PrivateKeyInfo (PKCS#8, RFC 5958 §2), ECPrivateKey (SEC 1, RFC 5915 §3) or RSAPrivateKey (PKCS#1, RFC 8017 §A.1.2): after the
    /// version comes a SEQUENCE, an OCTET STRING or an INTEGER.
    /// - Returns: nil when it is none of the three.
    init?(der: [UInt8]) {
        let kind = try? DER.sequence(try DER.parse(der), identifier: .sequence) { nodes -> PrivateKeyKind? in
            _ = try Int(derEncoded: &nodes)
            let kind: PrivateKeyKind?
            switch nodes.next() {
            case let node? where node.identifier == .sequence: kind = try Self.algorithm(node)
            case let node? where node.identifier == .octetString: kind = try Self.curve(ofParametersIn: &nodes)
            case let node? where node.identifier == .integer: kind = .rsa
            default: kind = nil
            }
            while nodes.next() != nil {}
            return kind
        }
        guard let kind else { return nil }
        self = kind
    }

    private static func algorithm(_ node: ASN1Node) throws -> PrivateKeyKind {
        try DER.sequence(node, identifier: .sequence) { nodes in
            let name = try ASN1ObjectIdentifier(derEncoded: &nodes)
            let parameters = nodes.next()
            switch name {
            case .rsa: return .rsa
            case .ed25519: return .ed25519
            case .elliptic: return try parameters.map(curve) ?? .other
            default: return .other
            }
        }
    }

    /// `[0]` of an ECPrivateKey. Without it nothing says which curve it is.
    private static func curve(ofParametersIn nodes: inout ASN1NodeCollection.Iterator) throws -> PrivateKeyKind {
        try DER.optionalExplicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific, curve) ?? .other
    }

    private static func curve(_ node: ASN1Node) throws -> PrivateKeyKind {
        // Parameters written out instead of named are a SEQUENCE.
        guard node.identifier == .objectIdentifier else { return .other }
        let curves: [ASN1ObjectIdentifier: PrivateKeyKind] = [.p256: .p256, .p384: .p384, .p521: .p521]
        return curves[try ASN1ObjectIdentifier(derEncoded: node)] ?? .other
    }
}

extension ASN1ObjectIdentifier {
    fileprivate static let rsa: Self = [1, 2, 840, 113549, 1, 1, 1]
    fileprivate static let elliptic: Self = [1, 2, 840, 10045, 2, 1]
    fileprivate static let ed25519: Self = [1, 3, 101, 112]
    fileprivate static let p256: Self = [1, 2, 840, 10045, 3, 1, 7]
    fileprivate static let p384: Self = [1, 3, 132, 0, 34]
    fileprivate static let p521: Self = [1, 3, 132, 0, 35]
}

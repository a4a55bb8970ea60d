import Crypto
import CryptoExtras
import SwiftASN1
import Synchronization

@testable import Trust

/// A key of any kind that issues certificates, made from a fixed secret about which nothing is secret; of RSA one for each run.
enum SampleKey {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case p521(P521.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey)

    enum Kind: CaseIterable { case p256, p384, p521, ed25519, rsa }

    /// RSA keys take long to make: each number has one.
    private static let made = Mutex<[UInt8: _RSA.Signing.PrivateKey]>([:])

    init(_ number: UInt8, _ kind: Kind = .p256) throws {
        switch kind {
        case .p256: self = .p256(try .init(rawRepresentation: [UInt8](repeating: number, count: 32)))
        case .p384: self = .p384(try .init(rawRepresentation: [UInt8](repeating: number, count: 48)))
        case .p521: self = .p521(try .init(rawRepresentation: [0, 1] + [UInt8](repeating: number, count: 64)))
        case .ed25519: self = .ed25519(try .init(rawRepresentation: [UInt8](repeating: number, count: 32)))
        case .rsa:
            self = try Self.made.withLock { made in
                let key = try made[number] ?? _RSA.Signing.PrivateKey(keySize: .bits2048)
                made[number] = key
                return .rsa(key)
            }
        }
    }

    /// SubjectPublicKeyInfo.
    var publicKey: [UInt8] {
        switch self {
        case .p256(let key): Array(key.publicKey.derRepresentation)
        case .p384(let key): Array(key.publicKey.derRepresentation)
        case .p521(let key): Array(key.publicKey.derRepresentation)
        case .ed25519(let key):
            [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00] + Array(key.publicKey.rawRepresentation)
        case .rsa(let key): Array(key.publicKey.derRepresentation)
        }
    }

    /// Its usual scheme, and that scheme's AlgorithmIdentifier.
    var scheme: SignatureScheme {
        switch self {
        case .p256: .ecdsa(.sha256)
        case .p384: .ecdsa(.sha384)
        case .p521: .ecdsa(.sha512)
        case .ed25519: .ed25519
        case .rsa: .rsaPKCS1(.sha256)
        }
    }

    var algorithm: [UInt8] { Certificate.schemes.first { $0.value == scheme }?.key ?? [] }

    func sign(_ message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .p256(let key): Array(try key.signature(for: message).derRepresentation)
        case .p384(let key): Array(try key.signature(for: message).derRepresentation)
        case .p521(let key): Array(try key.signature(for: message).derRepresentation)
        case .ed25519(let key): Array(try key.signature(for: message))
        case .rsa(let key):
            Array(try key.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation)
        }
    }
}

/// Parts of DER, to write what no authority would.
enum DERSample {
    static func sequence(_ parts: [UInt8]...) -> [UInt8] { DERWriter.value(0x30, parts.flatMap { $0 }) }
    static func set(_ parts: [UInt8]...) -> [UInt8] { DERWriter.value(0x31, parts.flatMap { $0 }) }
    static func explicit(_ number: UInt8, _ part: [UInt8]) -> [UInt8] { DERWriter.value(0xa0 | number, part) }
    static func octets(_ bytes: [UInt8]) -> [UInt8] { DERWriter.value(0x04, bytes) }
    static func bits(_ bytes: [UInt8], unused: UInt8 = 0) -> [UInt8] { DERWriter.value(0x03, [unused] + bytes) }
    static func integer(_ bytes: [UInt8]) -> [UInt8] { DERWriter.value(0x02, bytes) }
    static func utf8(_ text: String) -> [UInt8] { DERWriter.value(0x0c, Array(text.utf8)) }
    static func time(_ text: String) -> [UInt8] { DERWriter.value(text.utf8.count == 13 ? 0x17 : 0x18, Array(text.utf8)) }
    static let yes: [UInt8] = [0x01, 0x01, 0xff]

    static func oid(_ text: String) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(ASN1ObjectIdentifier(dotRepresentation: text))
        return serializer.serializedBytes
    }

    /// A name with a common name alone, or with all parts of `C=US,ST=WA,…`, in which + joins two of one part; empty for an empty text.
    static func name(_ text: String) throws -> [UInt8] {
        if text.isEmpty { return sequence() }
        guard text.contains("=") else { return sequence(set(sequence(try oid("2.5.4.3"), utf8(text)))) }
        var parts: [UInt8] = []
        for part in text.split(separator: ",") {
            var attributes: [UInt8] = []
            for attribute in part.split(separator: "+") {
                let pair = attribute.split(separator: "=", maxSplits: 1).map(String.init)
                let type = DistinguishedName.type(named: pair[0]).map { "\($0)" } ?? pair[0]
                attributes += sequence(try oid(type), utf8(pair[1]))
            }
            parts += set(attributes)
        }
        return sequence(parts)
    }
}

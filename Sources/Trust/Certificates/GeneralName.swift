import JSON
import SwiftASN1

/// A name of a subject beside its distinguished one (RFC 5280 §4.2.1.6).
enum GeneralName: Sendable, Hashable, CustomStringConvertible {
    case email(String)
    case domain(String)
    case uri(String)
    case directory(DistinguishedName)
    /// OtherName: its type, and its value in DER.
    case other(ASN1ObjectIdentifier, [UInt8])
    /// A form that nothing here reads, by its tag.
    case unread(UInt)

    init(_ node: ASN1Node, _ what: String) throws(ASN1Fault) {
        guard node.identifier.tagClass == .contextSpecific else { throw ASN1Fault("\(what): no GeneralName") }
        switch node.identifier.tagNumber {
        case 0:
            var reader = try NodeReader(node, node.identifier, what)
            let type = try reader.next(.objectIdentifier).objectIdentifier(what)
            guard let value = reader.optional(context: 0) else { throw ASN1Fault("\(what): an OtherName without a value") }
            try reader.end()
            self = .other(type, Array(try value.inner(what).encodedBytes))
        case 1: self = .email(try Self.ascii(node, what))
        case 2: self = .domain(try Self.ascii(node, what))
        case 4: self = .directory(try DistinguishedName(node.inner(what), what))
        case 6: self = .uri(try Self.ascii(node, what))
        case let number where number <= 8: self = .unread(number)
        default: throw ASN1Fault("\(what): no GeneralName")
        }
    }

    /// IA5String without control characters.
    private static func ascii(_ node: ASN1Node, _ what: String) throws(ASN1Fault) -> String {
        let bytes = try node.primitive(what)
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) else {
            throw ASN1Fault("\(what): empty, or a character that isn't printable ASCII")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `1.3.6.1.4.1.57264.1.7`: the user name of an identity that is neither a URI nor a mail address (Fulcio's oid-info.md).
    static let sigstoreUsername: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 57264, 1, 7]

    var description: String {
        switch self {
        case .email(let text), .domain(let text), .uri(let text): text.printable
        case .directory(let name): "\(name)"
        case .other(let type, _): "an OtherName \(type)"
        case .unread(let tag): "a GeneralName of form \(tag)"
        }
    }
}

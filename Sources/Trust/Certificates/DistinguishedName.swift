import JSON
import SwiftASN1

/// A Name (RFC 5280 §4.1.2.4). Equal are only names of equal bytes: what looks alike in another encoding or case is another name.
package struct DistinguishedName: Sendable, Hashable {
    package let der: [UInt8]
    /// Each RelativeDistinguishedName in DER, which directory name constraints compare.
    let parts: [[UInt8]]
    /// All attributes of all parts, in their order.
    let attributes: [Attribute]

    struct Attribute: Sendable, Hashable {
        var type: ASN1ObjectIdentifier
        /// `#` and the DER in hexadecimal digits where it is no text.
        var value: String
        var isText: Bool
    }

    package var isEmpty: Bool { parts.isEmpty }

    init(_ node: ASN1Node, _ what: String) throws(ASN1Fault) {
        var reader = try NodeReader(node, .sequence, what)
        var parts: [[UInt8]] = []
        var attributes: [Attribute] = []
        while !reader.isAtEnd {
            let part = try reader.next(.set)
            let values = try part.children(what)
            guard !values.isEmpty else { throw ASN1Fault("\(what): a name part without an attribute") }
            for value in values {
                var pair = try NodeReader(value, .sequence, what)
                let type = try pair.next(.objectIdentifier).objectIdentifier(what)
                let (text, isText) = try Self.text(pair.next(), what)
                attributes.append(Attribute(type: type, value: text, isText: isText))
                try pair.end()
            }
            parts.append(Array(part.encodedBytes))
        }
        der = Array(node.encodedBytes)
        self.parts = parts
        self.attributes = attributes
    }

    /// The value as text; other types than strings as hexadecimal digits.
    private static func text(_ node: ASN1Node, _ what: String) throws(ASN1Fault) -> (String, isText: Bool) {
        switch node.identifier {
        case .utf8String, .printableString, .ia5String, .numericString:
            return (try node.text(what), true)
        default:
            return ("#" + ContentDigest.hexadecimal(node.encodedBytes), false)
        }
    }
}

extension DistinguishedName: CustomStringConvertible {
    /// `O=sigstore.dev,CN=sigstore`, for messages alone: of a name of many parts just the first.
    package var description: String {
        var text = ""
        for attribute in attributes {
            guard text.utf8.count < 512 else { return text + ",…" }
            text += "\(text.isEmpty ? "" : ",")\(Self.name(of: attribute.type))=\(attribute.value.printable)"
        }
        return text
    }
}

extension ASN1Node {
    /// The text of a UTF8String, PrintableString, IA5String or NumericString that keeps to its alphabet.
    func text(_ what: String) throws(ASN1Fault) -> String {
        let bytes = try primitive(what)
        let isValid: Bool
        switch identifier {
        case .utf8String: isValid = true
        case .printableString: isValid = bytes.allSatisfy(Self.isPrintable)
        case .ia5String: isValid = bytes.allSatisfy { $0 < 0x80 }
        case .numericString: isValid = bytes.allSatisfy { $0 == 0x20 || (0x30...0x39).contains($0) }
        default: throw ASN1Fault("\(what): found the tag \(identifier), wanted a string")
        }
        guard isValid, let text = String(validating: bytes, as: UTF8.self) else {
            throw ASN1Fault("\(what): a character that its type of string has not")
        }
        return text
    }

    /// X.680 §41.4.
    private static func isPrintable(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: " '()+,-./:=?".utf8.contains(byte)
        }
    }
}

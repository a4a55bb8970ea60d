import JSON
import SwiftASN1

/// Why a text is no distinguished name.
struct DistinguishedNameFault: Error, Sendable, Hashable {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Reads the text of a distinguished name (RFC 4514 §3) as the Notary Project uses it: each part has one attribute, none stands there twice, and
/// values are text. Blanks may stand around the parts.
struct DistinguishedNameReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ text: some Collection<UInt8>) { bytes = Array(text) }

    mutating func read() throws(DistinguishedNameFault) -> [ASN1ObjectIdentifier: String] {
        var values: [ASN1ObjectIdentifier: String] = [:]
        repeat {
            guard values.count < DistinguishedNamePattern.Limits.attributes else {
                throw DistinguishedNameFault("more than \(DistinguishedNamePattern.Limits.attributes) parts")
            }
            let type = try attributeType()
            let value = try attributeValue()
            guard values.updateValue(value, forKey: type) == nil else {
                throw DistinguishedNameFault("\(DistinguishedName.name(of: type)) stands there twice")
            }
        } while take(",")
        guard offset == bytes.count else {
            throw DistinguishedNameFault("\"\(Unicode.Scalar(bytes[offset]))\" has to be written with a backslash before it")
        }
        return values
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() { while take(" ") {} }

    private mutating func attributeType() throws(DistinguishedNameFault) -> ASN1ObjectIdentifier {
        skipBlanks()
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "=") { offset += 1 }
        let name = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard take("=") else { throw DistinguishedNameFault("\"\(name.printable)\" has no value; wanted TYPE=VALUE") }
        guard let type = DistinguishedName.type(named: name) else {
            throw DistinguishedNameFault(
                "the attribute \"\(name.printable)\" isn't known; wanted C, ST, O and others by name or object identifier")
        }
        return type
    }

    /// Up to a comma that no backslash precedes.
    private mutating func attributeValue() throws(DistinguishedNameFault) -> String {
        skipBlanks()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "#") {
            throw DistinguishedNameFault("a value in hexadecimal digits, wanted text")
        }
        var value: [UInt8] = []
        /// The length without blanks at the end that nobody escaped.
        var significant = 0
        scan: while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "\""), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"):
                break scan
            case UInt8(ascii: "\\"):
                offset += 1
                value.append(try escaped())
                significant = value.count
            default:
                offset += 1
                value.append(byte)
                if byte != UInt8(ascii: " ") { significant = value.count }
            }
        }
        guard significant > 0 else { throw DistinguishedNameFault("an empty value") }
        guard let text = String(validating: value.prefix(significant), as: UTF8.self) else {
            throw DistinguishedNameFault("a value that isn't UTF-8")
        }
        return text
    }

    /// What a backslash stands before: a special character, or two hexadecimal digits.
    private mutating func escaped() throws(DistinguishedNameFault) -> UInt8 {
        guard offset < bytes.count else { throw DistinguishedNameFault("ends with a backslash") }
        let byte = bytes[offset]
        if " \"#+,;<=>\\".utf8.contains(byte) {
            offset += 1
            return byte
        }
        guard offset + 1 < bytes.count, let high = Self.digit(byte), let low = Self.digit(bytes[offset + 1]) else {
            throw DistinguishedNameFault("a backslash before what needs none")
        }
        offset += 2
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension DistinguishedName {
    /// Names of attribute types (RFC 4514 §3, RFC 4519), in upper case.
    private static let types: [(name: String, type: ASN1ObjectIdentifier)] = [
        ("C", country), ("ST", state), ("L", [2, 5, 4, 7]), ("O", organization), ("OU", [2, 5, 4, 11]), ("CN", [2, 5, 4, 3]),
        ("STREET", [2, 5, 4, 9]), ("POSTALCODE", [2, 5, 4, 17]), ("SERIALNUMBER", [2, 5, 4, 5]),
        ("DC", [0, 9, 2342, 19_200_300, 100, 1, 25]), ("UID", [0, 9, 2342, 19_200_300, 100, 1, 1]),
        ("EMAILADDRESS", [1, 2, 840, 113549, 1, 9, 1]),
    ]

    /// S is another name of ST.
    static func type(named name: String) -> ASN1ObjectIdentifier? {
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let name = name.uppercased()
        if let known = types.first(where: { $0.name == (name == "S" ? "ST" : name) }) { return known.type }
        guard name.utf8.count <= 64, name.utf8.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
        return try? ASN1ObjectIdentifier(dotRepresentation: name)
    }

    static func name(of type: ASN1ObjectIdentifier) -> String { types.first { $0.type == type }?.name ?? "\(type)" }
}

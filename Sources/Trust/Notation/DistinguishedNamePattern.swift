import JSON
import SwiftASN1

/// Attributes that a subject must have, with just these values; it may have more (trust-store-trust-policy.md, "Trusted Identities Constraints").
///
/// Read from the text of RFC 4514 in one pass and within limits, each attribute once, country, state and organization among them.
package struct DistinguishedNamePattern: Sendable, Hashable {
    private let values: [ASN1ObjectIdentifier: String]
    /// As it was written.
    private let text: String

    package static let prefix = "x509.subject:"

    enum Limits {
        static let bytes = 2048
        static let attributes = 32
    }

    /// - Parameter identity: `x509.subject: C=US, ST=WA, O=example`.
    package init(_ identity: String) throws(PolicyProblem) {
        guard identity.utf8.count <= Limits.bytes else {
            throw PolicyProblem("an identity of \(identity.utf8.count) bytes, wanted at most \(Limits.bytes)")
        }
        // What is shown, and what answers are known by, is the text as it is.
        guard identity.visible.isIdentical(to: identity) else {
            throw PolicyProblem(
                "\"\(identity.printable)\": a character that can't be shown; write it as a backslash and two hexadecimal digits")
        }
        guard identity.hasPrefix(Self.prefix) else {
            throw PolicyProblem("\"\(identity.printable)\" is no identity; wanted \(Self.prefix) and a subject, or \"*\" alone")
        }
        text = identity
        let values: [ASN1ObjectIdentifier: String]
        do throws(DistinguishedNameFault) {
            var reader = DistinguishedNameReader(identity.utf8.dropFirst(Self.prefix.utf8.count))
            values = try reader.read()
        } catch {
            throw PolicyProblem("\"\(identity.printable)\": \(error.reason)")
        }
        self.values = values
        for (type, name) in [(DistinguishedName.country, "C"), (DistinguishedName.state, "ST"), (DistinguishedName.organization, "O")]
        where values[type] == nil {
            throw PolicyProblem("\"\(identity.printable)\": no \(name); wanted C, ST and O at least")
        }
    }

    /// Whether every subject that the other accepts is accepted here: then one of both says nothing.
    func covers(_ other: DistinguishedNamePattern) -> Bool {
        values.allSatisfy { type, value in other.values[type].map(value.isIdentical) ?? false }
    }

    /// - Throws: `subjectMalformed` where the subject has an attribute several times, and so no one value to compare.
    func accepts(_ subject: DistinguishedName) throws(NotationFailure) -> Bool {
        var found: [ASN1ObjectIdentifier: DistinguishedName.Attribute] = [:]
        for attribute in subject.attributes {
            guard found.updateValue(attribute, forKey: attribute.type) == nil else {
                throw .subjectMalformed("\(subject) has \(DistinguishedName.name(of: attribute.type)) several times")
            }
        }
        return values.allSatisfy { type, value in found[type].map { $0.isText && value.isIdentical(to: $0.value) } ?? false }
    }

    /// The same of a subject as evidence keeps it.
    func accepts(kept identity: String) -> Bool {
        guard identity.utf8.count <= 4 * Limits.bytes, identity.hasPrefix(Self.prefix) else { return false }
        var reader = DistinguishedNameReader(identity.utf8.dropFirst(Self.prefix.utf8.count))
        guard let found = try? reader.read() else { return false }
        return values.allSatisfy { type, value in found[type].map(value.isIdentical) ?? false }
    }
}

extension DistinguishedNamePattern: CustomStringConvertible {
    package var description: String { text }
}

extension DistinguishedName {
    static let country: ASN1ObjectIdentifier = [2, 5, 4, 6]
    static let state: ASN1ObjectIdentifier = [2, 5, 4, 8]
    static let organization: ASN1ObjectIdentifier = [2, 5, 4, 10]

    /// The subject as policies and evidence name it; reads back to the same attributes (RFC 4514 §2).
    var identityText: String {
        let parts = attributes.map { "\(Self.name(of: $0.type))=\($0.isText ? Self.escaped($0.value) : $0.value)" }
        return "\(DistinguishedNamePattern.prefix) \(parts.joined(separator: ", "))"
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        let count = value.unicodeScalars.count
        for (index, scalar) in value.unicodeScalars.enumerated() {
            switch scalar {
            case "\\", ",", ";", "+", "\"", "<", ">": escaped += "\\\(scalar)"
            case "#" where index == 0: escaped += "\\#"
            case " " where index == 0 || index == count - 1: escaped += "\\ "
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                escaped += "\\" + ContentDigest.hexadecimal([UInt8(scalar.value)])
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

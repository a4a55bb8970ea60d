import JSON

/// Text that is no semantic version, or no range of them.
package struct VersionError: Error, Hashable, CustomStringConvertible {
    package var text: String
    /// What was wanted.
    package var reason: String

    package init(text: String, reason: String) {
        self.text = text
        self.reason = reason
    }

    package var description: String { "\"\(text.prefix(128))\": \(reason)".printable }
}

extension SemanticVersion {
    /// Longer text is refused unread.
    static let sizeLimit = 256

    /// Reads a version, strictly: three numbers without leading zeros, nothing before and after them but pre-release and build.
    package init(_ text: String) throws(VersionError) {
        guard text.utf8.count <= Self.sizeLimit else { throw VersionError(text: text, reason: "wanted at most \(Self.sizeLimit) bytes") }
        let (core, prerelease, build) = Self.parts(of: text)
        let numbers = core.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3 else {
            throw VersionError(text: text, reason: "wanted three numbers, major.minor.patch, found \(numbers.count)")
        }
        self.init(
            try Self.number(numbers[0], "major", of: text), try Self.number(numbers[1], "minor", of: text),
            try Self.number(numbers[2], "patch", of: text),
            prerelease: try prerelease.map { part throws(VersionError) in try Self.identifiers(part, "pre-release", of: text) } ?? [],
            build: try build.map { part throws(VersionError) in try Self.identifiers(part, "build", of: text) } ?? [])
    }

    /// The text before the first `-` or `+`, what follows the `-`, and what follows the `+`.
    static func parts(of text: String) -> (core: Substring, prerelease: Substring?, build: Substring?) {
        let plus = text.firstIndex(of: "+")
        let versioned = text[..<(plus ?? text.endIndex)]
        let dash = versioned.firstIndex(of: "-")
        return (
            versioned[..<(dash ?? versioned.endIndex)], dash.map { versioned[versioned.index(after: $0)...] },
            plus.map { text[text.index(after: $0)...] }
        )
    }

    static func number(_ digits: Substring, _ name: String, of text: String) throws(VersionError) -> UInt64 {
        guard !digits.isEmpty, isNumeric(digits) else {
            throw VersionError(text: text, reason: "wanted a number as \(name) version, found \"\(digits.prefix(32))\"")
        }
        guard digits.utf8.count == 1 || digits.utf8.first != UInt8(ascii: "0") else {
            throw VersionError(text: text, reason: "wanted the \(name) version without leading zeros, found \"\(digits.prefix(32))\"")
        }
        guard let number = UInt64(digits) else {
            throw VersionError(text: text, reason: "the \(name) version does not fit into 64 bits")
        }
        return number
    }

    static func identifiers(_ part: Substring, _ name: String, of text: String) throws(VersionError) -> [String] {
        var identifiers: [String] = []
        for identifier in part.split(separator: ".", omittingEmptySubsequences: false) {
            guard !identifier.isEmpty, identifier.utf8.allSatisfy(Self.isIdentifierByte) else {
                throw VersionError(
                    text: text, reason: "wanted letters, digits and '-' between the dots of the \(name), found \"\(identifier.prefix(32))\""
                )
            }
            if name == "pre-release", isNumeric(identifier), identifier.utf8.count > 1, identifier.utf8.first == UInt8(ascii: "0") {
                throw VersionError(
                    text: text, reason: "wanted numbers of the pre-release without leading zeros, found \"\(identifier.prefix(32))\"")
            }
            identifiers.append(String(identifier))
        }
        return identifiers
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

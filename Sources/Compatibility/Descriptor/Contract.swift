package import JSON

/// An ABI between host and module: `edge/3`. A module and its host must name the same one; numbers are not ordered.
package struct Contract: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    package var number: UInt32

    package init(name: String, number: UInt32) {
        self.name = name
        self.number = number
    }

    /// Reads `name/number`; nil when the text is of another form. Names are like DNS labels, numbers start at 1.
    package init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), text.utf8.count <= 63 else { return nil }
        let name = text[..<slash]
        let digits = text[text.index(after: slash)...]
        guard name.isIdentifier(allowing: "-."), SemanticVersion.isNumeric(digits), digits.utf8.first != UInt8(ascii: "0"),
            let number = UInt32(digits)
        else { return nil }
        self.init(name: String(name), number: number)
    }

    package var description: String { "\(name)/\(number)" }
}

extension Contract: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let text = try String(from: json, at: path)
        guard let contract = Contract(text) else {
            throw JSONDecodingError(path: path, wanted: "a contract: name/number, as in \"edge/3\"", found: "\"\(text.prefix(64))\"")
        }
        self = contract
    }

    package var json: JSON { .string(description) }
}

extension StringProtocol {
    /// Lower-case letters and digits, at least one, and `marks` between them.
    func isIdentifier(allowing marks: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = utf8.first, isAlphanumeric(first), let last = Array(utf8).last, isAlphanumeric(last) else { return false }
        return utf8.allSatisfy { isAlphanumeric($0) || marks.utf8.contains($0) }
    }
}

/// The hash that names content: `sha256:` or `sha512:` and lower-case hexadecimal digits (OCI image specification, "Digests").
///
/// A value is always well-formed, so it may become a path or a URL as it is.
package struct Digest: Sendable, Hashable, Comparable, CustomStringConvertible {
    package enum Algorithm: String, Sendable, CaseIterable {
        case sha256, sha512

        /// Hexadecimal digits of a hash.
        package var length: Int { self == .sha256 ? 64 : 128 }
    }

    package let algorithm: Algorithm
    package let hex: String

    /// - Throws: `OCIError.invalidReference` that says what is wrong with the text.
    package init(parsing text: some StringProtocol) throws(OCIError) {
        func wrong(_ what: String) -> OCIError { OCIError(.invalidReference, "digest \(shown(text)): \(what)") }
        guard let colon = text.firstIndex(of: ":") else { throw wrong("wanted algorithm:hex, as in sha256:0123…") }
        guard let algorithm = Algorithm(rawValue: String(text[..<colon])) else {
            throw wrong("the algorithm \(shown(text[..<colon])) is not known; wanted sha256 or sha512")
        }
        let hex = text[text.index(after: colon)...]
        guard hex.utf8.count == algorithm.length else {
            throw wrong("\(algorithm) has \(algorithm.length) hexadecimal digits, found \(hex.utf8.count)")
        }
        guard hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            throw wrong("the hexadecimal digits are 0 to 9 and a to f, lower case")
        }
        self.algorithm = algorithm
        self.hex = String(hex)
    }

    init(algorithm: Algorithm, hash: some Sequence<UInt8>) {
        self.algorithm = algorithm
        var text: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in hash {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        hex = String(decoding: text, as: UTF8.self)
    }

    /// The digest of the bytes.
    package init(of bytes: [UInt8], by algorithm: Algorithm = .sha256) {
        var digester = Digester(algorithm)
        digester.update(bytes)
        self = digester.digest
    }

    package var description: String { "\(algorithm.rawValue):\(hex)" }

    package static func < (left: Digest, right: Digest) -> Bool {
        (left.algorithm.rawValue, left.hex) < (right.algorithm.rawValue, right.hex)
    }
}

/// Text from outside as errors show it: quoted, short, without what moves a terminal's cursor or turns its line.
func shown(_ text: some StringProtocol, limit: Int = 100) -> String {
    let cut = text.unicodeScalars.prefix(limit)
    let clean = String(String.UnicodeScalarView(cut.map { $0.isShownAsItIs ? $0 : "·" }))
    return "\"\(clean)\(cut.endIndex < text.endIndex ? "…" : "")\""
}

extension Unicode.Scalar {
    /// Controls of both sets, formats (among them those that turn the direction of writing) and separators of lines are not.
    fileprivate var isShownAsItIs: Bool {
        if isASCII { return (0x20..<0x7F).contains(value) }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }
}

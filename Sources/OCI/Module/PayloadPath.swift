/// Where a file of a module lies, relative to the module's directory: `lib/filter.so`.
///
/// Clean by construction: no empty part, no `.` and `..`, no slash at either end, no control characters, no backslash. It may be appended to a
/// directory without leaving it.
package struct PayloadPath: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    /// - Throws: `OCIError.malformed` that says what is wrong.
    package init(_ text: some StringProtocol) throws(OCIError) {
        func wrong(_ what: String) -> OCIError { OCIError(.malformed, "file name \(shown(text)): \(what)") }
        guard !text.isEmpty else { throw wrong("it is empty") }
        guard text.utf8.count <= 1024 else { throw wrong("it is longer than 1024 bytes") }
        guard !text.hasPrefix("/") else { throw wrong("it must be relative") }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\\" }) else {
            throw wrong("control characters and backslashes are not allowed")
        }
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw wrong("a part between slashes is empty") }
            guard part != ".", part != ".." else { throw wrong("a part is \(part)") }
            guard part.utf8.count <= 255 else { throw wrong("a part is longer than 255 bytes") }
            guard !part.hasPrefix(IncomingFile.prefix) else { throw wrong("names that start with \(IncomingFile.prefix) are taken") }
        }
        description = String(text)
    }

    package static func < (left: PayloadPath, right: PayloadPath) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    /// The directories above the file, the outermost first: `a`, `a/b` for `a/b/c`.
    var directories: [String] {
        description.indices.filter { description[$0] == "/" }.map { String(description[..<$0]) }
    }
}

/// Permission bits of a payload file, three or four octal digits; no set-user, set-group or sticky bit.
package struct FileMode: Sendable, Hashable, CustomStringConvertible {
    package let bits: UInt32
    /// The bits it has on a host: whoever else is there never writes to what was verified.
    package var bitsOnHosts: UInt32 { bits & ~0o022 }

    package static let regular = FileMode(unchecked: 0o644)
    package static let executable = FileMode(unchecked: 0o755)

    private init(unchecked bits: UInt32) { self.bits = bits }

    package init(_ text: String) throws(OCIError) {
        guard (3...4).contains(text.utf8.count), let bits = UInt32(text, radix: 8), !text.hasPrefix("+"), bits <= 0o777 else {
            throw OCIError(.malformed, "annotation \(AnnotationKey.mode) \(shown(text)): wanted permission bits from 000 to 0777, octal")
        }
        self.bits = bits
    }

    package var description: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

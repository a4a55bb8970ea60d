/// What label keys and values may look like (Kubernetes: «Labels and Selectors», syntax and character set).
public enum LabelSyntax {
    /// At most 63 characters of letters, digits, `-`, `_` and `.`, the first and the last a letter or digit; or empty.
    public static func isValue(_ text: String) -> Bool { text.isEmpty || isName(text) }

    /// A name, or a DNS subdomain of at most 253 characters, `/` and a name.
    public static func isKey(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return isName(text) }
        return isSubdomain(parts[0]) && isName(parts[1])
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        let inside: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")]
        return isAlphanumeric(first) && isAlphanumeric(last) && bytes.allSatisfy { isAlphanumeric($0) || inside.contains($0) }
    }

    private static func isSubdomain(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let bytes = Array(label.utf8)
            guard let first = bytes.first, let last = bytes.last else { return false }
            return isLowercase(first) && isLowercase(last) && bytes.allSatisfy { isLowercase($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLowercase(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLowercase(byte) || (0x41...0x5A).contains(byte) }
}

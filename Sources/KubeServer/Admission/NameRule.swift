/// What an object may be called (Kubernetes: «Object Names and IDs»).
package enum NameRule: Sendable {
    case subdomain, label
    /// Anything that can stand between two slashes of a path.
    case segment

    init(_ type: ResourceType) {
        self =
            switch type.behavior {
            case .namespace: .label
            case .role: .segment
            default: type.plural == "services" && type.group.isEmpty ? .label : .subdomain
            }
    }

    /// What is wrong with a name; nil when nothing is.
    package func complaint(about name: String) -> String? {
        switch self {
        case .segment:
            if name == "." || name == ".." { return "may not be '\(name)'" }
            return name.contains { $0 == "/" || $0 == "%" } ? "may not contain '/' or '%'" : nil
        case .label:
            if name.utf8.count > 63 { return "must be no more than 63 bytes" }
            return Self.isLabel(name)
                ? nil
                : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
                    + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
        case .subdomain:
            if name.utf8.count > 253 { return "must be no more than 253 bytes" }
            return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
                ? nil
                : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
                    + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
        }
    }

    private static func isLabel(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
}

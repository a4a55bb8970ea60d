/// The order of resource versions. Kubernetes promises it for versions that are decimal integers of one resource
/// (KEP-5504); others can only be compared for equality.
public enum ResourceVersion {
    /// Nil when the two can't be compared.
    public static func isOlder(_ version: String?, than other: String?) -> Bool? {
        guard let version, let other else { return nil }
        if version == other { return false }
        guard isInteger(version), isInteger(other) else { return nil }
        return version.utf8.count == other.utf8.count ? version < other : version.utf8.count < other.utf8.count
    }

    /// Decimal digits without a leading zero, as many as there are.
    private static func isInteger(_ version: String) -> Bool {
        guard let first = version.utf8.first, (0x31...0x39).contains(first) else { return false }
        return version.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

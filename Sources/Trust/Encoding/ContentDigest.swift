import Crypto

/// Digests as OCI writes them: `sha256:` and 64 lower-case hexadecimal digits (OCI image-spec, descriptor.md §digests).
///
/// SHA-256 is the only algorithm taken, so that equal content always has an equal name.
enum ContentDigest {
    static let prefix = "sha256:"

    static func sha256(of bytes: some Sequence<UInt8>) -> String {
        prefix + hexadecimal(SHA256.hash(data: Array(bytes)))
    }

    static func isSHA256(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == prefix.utf8.count + 64, bytes.starts(with: prefix.utf8) else { return false }
        return bytes.dropFirst(prefix.utf8.count).allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}

extension String {
    /// Equality of the bytes. `==` on strings takes canonically equivalent ones as equal (KELVIN SIGN and K), which no name
    /// that decides about trust may do.
    func isIdentical(to other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isEqual = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
        }
        return (isEqual ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}

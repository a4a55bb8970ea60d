import Glibc

/// A block of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
struct NetworkBlock: Sendable, Hashable {
    private let prefix: [UInt8]
    private let bits: Int

    init(_ text: String) throws(CheckRefusal) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let prefix = Self.address(String(parts.first ?? ""))
        let bits = parts.count == 2 ? Int(parts[1]) : prefix.map { $0.count * 8 }
        guard parts.count <= 2, let prefix, let bits, (0...prefix.count * 8).contains(bits) else {
            throw CheckRefusal(
                "\"\(text.prefix(64))\" is no network; wanted an address and the length of its prefix, as in 127.0.0.0/8 or ::1/128")
        }
        self.prefix = prefix
        self.bits = bits
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == prefix.count else { return false }
        let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
        guard address[..<whole] == prefix[..<whole] else { return false }
        return rest == 0 || (address[whole] ^ prefix[whole]) >> UInt8(8 - rest) == 0
    }

    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }
}

/// Addresses that no tenant may have the controller call, unless whoever runs it says so: those of the machine itself, of its link, where clouds tell machines
/// their secrets, and those of no one machine.
enum ReservedAddress {
    private static let blocks: [NetworkBlock] = [
        // This machine.
        "0.0.0.0/8", "127.0.0.0/8", "::/128", "::1/128",
        // Its link, and the places beside it where clouds answer.
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200", "168.63.129.16",
        // Many machines at once.
        "224.0.0.0/4", "255.255.255.255", "ff00::/8",
    ].compactMap { try? NetworkBlock($0) }

    /// - Parameter address: four or sixteen bytes, in network order.
    static func contains(_ address: [UInt8]) -> Bool {
        blocks.contains { $0.contains(address) } || embedded(in: address).map { contains($0) } ?? false
    }

    /// The IPv4 address that an IPv6 address leads to: mapped or compatible (RFC 4291, 2.5.5), translated (RFC 6052), or by 6to4 (RFC 3056).
    static func embedded(in address: [UInt8]) -> [UInt8]? {
        guard address.count == 16 else { return nil }
        let front = Array(address[..<12])
        let zeros = [UInt8](repeating: 0, count: 10)
        if front == zeros + [0xFF, 0xFF] || front == [0, 0x64, 0xFF, 0x9B] + zeros[..<8] { return Array(address[12...]) }
        if front == zeros + [0, 0] { return Array(address[12...]) }
        return address[0] == 0x20 && address[1] == 0x02 ? Array(address[2..<6]) : nil
    }
}

internal import Glibc

/// Where an address lies, as far as it says so itself: a name says nothing.
enum AddressReach: Sendable, Hashable {
    case thisMachine
    /// The machine's own link, where clouds keep what machines may ask about themselves (169.254.169.254, fe80::/10, fd00:ec2::254).
    case link
    case elsewhere
}

extension RemoteURL {
    /// Addresses count in every way of writing them that the transport understands: `127.1`, `0x7f000001`, `[::ffff:127.0.0.1]`.
    var reach: AddressReach {
        if authority.hasPrefix("[") {
            let text = String(authority.dropFirst().prefix { $0 != "]" && $0 != "%" })
            var address = in6_addr()
            guard inet_pton(AF_INET6, text, &address) == 1 else { return .elsewhere }
            return Self.reach(withUnsafeBytes(of: address) { Array($0) })
        }
        var host = String(authority.prefix { $0 != ":" })
        if host.hasSuffix(".") { host.removeLast() }
        if host == "localhost" || host.hasSuffix(".localhost") { return .thisMachine }
        var address = in_addr()
        guard inet_aton(host, &address) == 1 else { return .elsewhere }
        return Self.reach(withUnsafeBytes(of: address) { Array($0) })
    }

    /// - Parameter bytes: four or sixteen, in network order.
    private static func reach(_ bytes: [UInt8]) -> AddressReach {
        if bytes.count == 4 {
            if bytes[0] == 127 || bytes[0] == 0 { return .thisMachine }
            return bytes[0] == 169 && bytes[1] == 254 ? .link : .elsewhere
        }
        let front = bytes.prefix(12)
        // ::ffff:a.b.c.d and ::a.b.c.d, where ::1 and :: are this machine too.
        if front.prefix(10).allSatisfy({ $0 == 0 }), [[0, 0], [0xFF, 0xFF]].contains(Array(front.suffix(2))) {
            if Array(bytes.suffix(4)) == [0, 0, 0, 1] { return .thisMachine }
            return reach(Array(bytes.suffix(4)))
        }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .link }
        return bytes.prefix(4).elementsEqual([0xFD, 0, 0x0E, 0xC2]) ? .link : .elsewhere
    }

    /// Whether a redirect from here may lead there. The other way round, a registry out there would choose which servers of this machine, or
    /// of its link, get a request from it.
    func mayLead(to target: RemoteURL) -> Bool { target.reach == .elsewhere || target.reach == reach }
}

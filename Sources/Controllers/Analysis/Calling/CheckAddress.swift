import Glibc

/// An address that a check calls, taken apart before anything is looked up: http or https, host, port, path with query.
struct CheckAddress: Sendable, Hashable {
    let scheme: String
    /// Lower case, without the brackets of an IPv6 address and without a final dot.
    let host: String
    let port: Int
    /// From the first slash on, query included.
    var path: String

    var isEncrypted: Bool { scheme == "https" }
    var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    var origin: String { "\(scheme)://\(authority)" }

    /// - Parameter field: how errors name what is read.
    init(parsing text: String, field: String) throws(CheckRefusal) {
        func refuse(_ what: String) -> CheckRefusal {
            CheckRefusal(
                "\(field): \(what); wanted http:// or https://, a host, and what else there is, as in https://metrics.example:9090/path")
        }
        guard text.utf8.count <= 4096, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw refuse("found spaces, control characters, backslashes or letters beyond ASCII, or more than 4096 of them")
        }
        guard let scheme = ["https", "http"].first(where: { text.lowercased().hasPrefix("\($0)://") }) else {
            throw refuse("found another scheme")
        }
        let rest = text.dropFirst(scheme.count + 3)
        guard !rest.contains("#") else { throw refuse("found a fragment") }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw refuse("found a user before the host, where credentials don't belong") }
        guard let (host, port) = Self.split(authority.lowercased()) else { throw refuse("found no host, or no port that is one") }
        let path = rest[authority.endIndex...]
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
        self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
    }

    /// The bytes of a host that is an address, in network order, in every way of writing it that resolvers understand: `127.1`, `0x7f000001`. Nil for a name.
    var literal: [UInt8]? {
        if host.contains(":") {
            var address = in6_addr()
            guard inet_pton(AF_INET6, host, &address) == 1 else { return nil }
            return withUnsafeBytes(of: address) { Array($0) }
        }
        var address = in_addr()
        guard inet_aton(host, &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }

    private static func split(_ authority: String) -> (host: String, port: Int?)? {
        var host = authority[...]
        var rest: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
            var address = in6_addr()
            guard inet_pton(AF_INET6, String(host), &address) == 1 else { return nil }
        } else {
            if let colon = authority.firstIndex(of: ":") { (host, rest) = (authority[..<colon], authority[colon...]) }
            if host.hasSuffix(".") { host = host.dropLast() }
            guard host.utf8.count <= 253, host.utf8.allSatisfy(isNameByte),
                host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
            else { return nil }
        }
        if rest.isEmpty { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits),
            (1...65535).contains(port)
        else { return nil }
        return (String(host), port)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}

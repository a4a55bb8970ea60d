internal import Glibc

/// The hosts of a `NO_PROXY` list, with the meaning that Go's `golang.org/x/net/http/httpproxy` gives it.
///
/// Entries are separated by commas: `*` for all; an address; a block of addresses as `10.0.0.0/8`; a domain, `a.test` for itself and all
/// below it, `.a.test` and `*.a.test` for those below it alone. Addresses and domains may end in a port, as in `a.test:8443` and
/// `[::1]:80`. Case does not count; what can't be read is passed over.
struct DirectHosts: Sendable {
    private struct Domain {
        /// With its leading dot.
        let suffix: String
        let includesItself: Bool
        let port: Int?
    }

    private var isEverything = false
    private var addresses: [(address: [UInt8], port: Int?)] = []
    private var blocks: [(prefix: [UInt8], bits: Int)] = []
    private var domains: [Domain] = []

    init(_ list: String) {
        for part in list.split(separator: ",") {
            let entry = Self.trimmed(part).lowercased()
            guard !entry.isEmpty else { continue }
            guard entry != "*" else {
                isEverything = true
                return
            }
            take(entry)
        }
    }

    func contains(_ host: String, port: Int) -> Bool {
        if isEverything { return true }
        let host = host.lowercased()
        if let address = Self.address(host) {
            return addresses.contains { $0.address == address && ($0.port ?? port) == port }
                || blocks.contains { Self.agree($0.prefix, address, bits: $0.bits) }
        }
        return domains.contains { domain in
            guard (domain.port ?? port) == port else { return false }
            return host.hasSuffix(domain.suffix) || (domain.includesItself && host == domain.suffix.dropFirst())
        }
    }

    private mutating func take(_ entry: String) {
        if let block = Self.block(entry) { return blocks.append(block) }
        guard let (host, port) = Self.split(entry) else { return }
        if let address = Self.address(host) { return addresses.append((address, port)) }
        var name = host[...]
        if name.hasPrefix("*.") { name = name.dropFirst() }
        guard !name.isEmpty, name != "." else { return }
        let isBelow = name.hasPrefix(".")
        domains.append(Domain(suffix: isBelow ? String(name) : ".\(name)", includesItself: !isBelow, port: port))
    }

    /// Nil when there is no host before the port.
    private static func split(_ entry: String) -> (host: String, port: Int?)? {
        if entry.hasPrefix("["), let end = entry.firstIndex(of: "]") {
            let host = String(entry[entry.index(after: entry.startIndex)..<end])
            let rest = entry[entry.index(after: end)...]
            return rest.isEmpty ? (host, nil) : Int(rest.dropFirst()).map { (host, $0) }
        }
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        // Without brackets, more than one colon is an IPv6 address.
        guard parts.count == 2 else { return (entry, nil) }
        guard !parts[0].isEmpty, let port = Int(parts[1]) else { return nil }
        return (String(parts[0]), port)
    }

    private static func block(_ entry: String) -> (prefix: [UInt8], bits: Int)? {
        let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = address(String(parts[0])), let bits = Int(parts[1]), (0...prefix.count * 8).contains(bits)
        else { return nil }
        return (prefix, bits)
    }

    private static func agree(_ prefix: [UInt8], _ address: [UInt8], bits: Int) -> Bool {
        guard prefix.count == address.count else { return false }
        let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
        guard prefix[..<whole] == address[..<whole] else { return false }
        return rest == 0 || (prefix[whole] ^ address[whole]) >> UInt8(8 - rest) == 0
    }

    /// 4 or 16 bytes; an IPv4 address in IPv6's clothes counts as what it is.
    static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

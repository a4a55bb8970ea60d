internal import HTTPCore
internal import HTTPTypes

/// Where a request goes, taken apart for the URL, the queue it stands in and the words of errors.
struct RequestTarget: Sendable, Hashable {
    let scheme: String
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: Int
    /// As the request has it, for the Host field.
    let authority: String
    let path: String

    /// - Throws: `TransportError.unsupported` when the request is not one for http or https.
    init(_ request: HTTPRequest) throws {
        let shown = request.authority ?? "nowhere"
        guard let scheme = request.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw TransportError(.unsupported, "\(shown): the scheme is \(request.scheme ?? "missing"), wanted http or https")
        }
        guard request.method != .connect else { throw TransportError(.unsupported, "\(shown): CONNECT requests are not sent") }
        guard let authority = request.authority, let (host, port) = Self.split(authority) else {
            throw TransportError(.unsupported, "\(shown) is no address; wanted a host, or host:port, without user or path")
        }
        let path = request.path ?? "/"
        guard path.hasPrefix("/"), !path.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "#") }) else {
            throw TransportError(.unsupported, "\(shown): the path must start with / and have its special characters percent-encoded")
        }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
        self.authority = authority
        self.path = path
    }

    /// `host:port`, as messages name it.
    var address: String { "\(bracketedHost):\(port)" }
    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
    /// Requests with the same origin share a queue.
    var origin: String { "\(scheme)://\(address)" }
    var url: String { "\(scheme)://\(authority)\(path)" }

    /// The URL under which the handshake asks for another name; `connectTo` leads it back to the true address.
    func url(named name: String) -> String { "\(scheme)://\(name):\(port)\(path)" }
    var connectTo: String { "::\(address)" }

    /// This machine itself, which no proxy stands before.
    var isLoopback: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts[0] == "127", parts.allSatisfy({ UInt8($0) != nil }) { return true }
        return host == "::1" || host.lowercased() == "localhost"
    }

    private static func split(_ authority: String) -> (host: String, port: Int?)? {
        func port(_ text: Substring) -> Int? {
            guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
        }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            guard !host.isEmpty, host.utf8.allSatisfy({ isHex($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) else {
                return nil
            }
            let rest = authority[authority.index(after: end)...]
            if rest.isEmpty { return (String(host), nil) }
            guard rest.hasPrefix(":"), let port = port(rest.dropFirst()) else { return nil }
            return (String(host), port)
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, host.utf8.allSatisfy(isNameByte) else { return nil }
        if parts.count == 1 { return (String(host), nil) }
        guard let port = port(parts[1]) else { return nil }
        return (String(host), port)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}

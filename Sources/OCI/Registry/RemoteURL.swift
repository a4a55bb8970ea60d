/// An absolute http or https URL as far as a registry client needs one: scheme, authority, path with query.
struct RemoteURL: Sendable, Hashable, CustomStringConvertible {
    var scheme: String
    /// Host and port, as written; lower case.
    var authority: String
    /// From the first slash on, query included.
    var path: String

    init(scheme: String, authority: String, path: String) {
        self.scheme = scheme
        self.authority = authority.lowercased()
        self.path = path
    }

    /// Nil for anything but http and https, and for an authority with user information.
    init?(parsing text: String) {
        for scheme in ["https", "http"] where text.lowercased().hasPrefix("\(scheme)://") {
            let rest = text.dropFirst(scheme.count + 3).prefix { $0 != "#" }
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "\\" }
            guard !authority.isEmpty, !authority.contains("@") else { return nil }
            let path = rest[authority.endIndex...]
            self.init(scheme: scheme, authority: String(authority), path: path.hasPrefix("/") ? String(path) : "/\(path)")
            return
        }
        return nil
    }

    var description: String { "\(scheme)://\(authority)\(path)" }

    /// Scheme, host and port: what credentials are bound to.
    var origin: String { "\(scheme)://\(authority)\(hasPort ? "" : scheme == "https" ? ":443" : ":80")" }

    private var hasPort: Bool { authority.hasSuffix("]") ? false : authority.contains(":") }

    /// A `Location` or `Link` seen from this URL (RFC 3986, 5.2).
    func resolving(_ location: String) -> RemoteURL? {
        if location.hasPrefix("//") { return RemoteURL(parsing: "\(scheme):\(location)") }
        let text = String(location.prefix { $0 != "#" })
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains(where: { "/?".contains($0) }) { return RemoteURL(parsing: text) }
        var url = self
        let plain = path.prefix { $0 != "?" }
        if text.hasPrefix("/") {
            url.path = text
        } else if text.hasPrefix("?") {
            url.path = plain + text
        } else if text.isEmpty {
            return nil
        } else {
            url.path = plain[...(plain.lastIndex(of: "/") ?? plain.startIndex)] + text
        }
        return url
    }

    /// The same with another parameter in the query. Both must be free of characters that need encoding.
    func adding(_ name: String, _ value: String) -> RemoteURL {
        var url = self
        url.path += "\(path.contains("?") ? "&" : "?")\(name)=\(value)"
        return url
    }

    /// The authority without its port.
    static func host(of authority: String) -> String {
        authority.hasPrefix("[") ? "\(authority.prefix { $0 != "]" })]" : String(authority.prefix { $0 != ":" })
    }

    static func isLoopback(_ authority: String) -> Bool {
        if authority.hasPrefix("[::1]") { return true }
        let host = authority.lowercased().prefix { $0 != ":" }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// A value for a query.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

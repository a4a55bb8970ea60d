/// The parts of an API server's URL.
struct ServerAddress: Sendable, Hashable {
    var scheme: String
    /// Host and port.
    var authority: String
    /// What every path starts with: empty, or `/…` without a slash at its end.
    var prefix: String

    init(_ url: String) throws(ClientConfigurationError) {
        guard let separator = url.utf8.firstIndex(of: UInt8(ascii: ":")), url[separator...].hasPrefix("://") else {
            throw ClientConfigurationError("the server \"\(url)\" is no URL; wanted something like https://host:6443")
        }
        scheme = url[..<separator].lowercased()
        guard scheme == "https" || scheme == "http" else {
            throw ClientConfigurationError("the server \"\(url)\" has the scheme \"\(scheme)\"; wanted https or http")
        }
        let rest = url[separator...].dropFirst(3)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        authority = String(rest[..<end])
        guard !authority.isEmpty else { throw ClientConfigurationError("the server \"\(url)\" names no host") }
        // A password in a URL would show up in every message about it.
        guard !authority.contains("@") else { throw ClientConfigurationError("the server's URL must not hold a user or a password") }
        guard !rest[end...].contains(where: { $0 == "?" || $0 == "#" }) else {
            throw ClientConfigurationError("the server \"\(url)\" has a query or a fragment; wanted none")
        }
        var prefix = rest[end...]
        while prefix.hasSuffix("/") { prefix.removeLast() }
        self.prefix = String(prefix)
    }
}

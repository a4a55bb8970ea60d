import HTTPTypes

/// Where one signal is sent.
public struct OTLPEndpoint: Sendable, Hashable {
    /// `http` or `https`.
    public var scheme: String
    /// Host, and perhaps a port.
    public var authority: String
    /// Begins with a slash.
    public var path: String

    /// - Parameters:
    ///   - text: `http://host:port`, perhaps with a path.
    ///   - suffix: appended to the path: `/v1/traces`. Nil where the URL is the signal's own and taken as it is.
    ///   - origin: what the text stood in, for errors.
    public init(_ text: String, appending suffix: String?, origin: String) throws(OTLPConfigurationError) {
        let wanted = "wanted a URL such as http://collector:4318"
        guard let colon = text.firstRange(of: "://") else { throw OTLPConfigurationError("\(origin): found \"\(text)\", \(wanted)") }
        scheme = text[..<colon.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw OTLPConfigurationError("\(origin): found the scheme \"\(scheme)\", \(wanted)")
        }
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        authority = String(rest[..<end])
        guard !authority.isEmpty, authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !authority.contains("@") else {
            throw OTLPConfigurationError("\(origin): found no host and port, \(wanted); credentials go into OTEL_EXPORTER_OTLP_HEADERS")
        }
        var path = String(rest[end...])
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !path.contains("#"), suffix == nil || !path.contains("?") else {
            throw OTLPConfigurationError("\(origin): found the path \"\(path)\", \(wanted)")
        }
        if let suffix {
            while path.hasSuffix("/") { path.removeLast() }
            path += suffix
        }
        self.path = path.isEmpty || path.hasPrefix("?") ? "/" + path : path
    }
}

/// What an exporter was told makes no sense: names the flag or variable, what was found and what was wanted.
public struct OTLPConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
    /// Made of its message.
    public init(_ description: String) { self.description = description }
}

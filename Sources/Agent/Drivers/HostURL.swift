import HTTPCore

/// The address of a hook or a probe, taken apart as requests want it.
package struct HostURL: Sendable, Hashable, CustomStringConvertible {
    package let scheme: String
    package let authority: String
    /// With the query.
    package let path: String

    /// Nil when the text is not `http://host[:port][/path]` or the same with https; user information is refused.
    package init?(_ text: String) {
        guard let colon = text.range(of: "://"), ["http", "https"].contains(text[..<colon.lowerBound]) else { return nil }
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        guard end > rest.startIndex, rest.unicodeScalars.allSatisfy({ (0x21...0x7e).contains($0.value) && $0 != "#" }),
            !rest[..<end].contains("@"), !rest[..<end].contains("?")
        else { return nil }
        scheme = String(text[..<colon.lowerBound])
        authority = String(rest[..<end])
        path = end == rest.endIndex ? "/" : String(rest[end...])
    }

    package var description: String { "\(scheme)://\(authority)\(path)" }

    /// Whether nothing listens there, as opposed to something that misbehaves.
    static func isDown(_ error: TransportError) -> Bool {
        [.refused, .unreachable, .unresolved].contains(error.code)
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}

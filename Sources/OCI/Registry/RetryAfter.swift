package import HTTPTypes

/// How long a server asks to be left alone (RFC 9110, 10.2.3): a number of seconds, or a date.
package enum RetryAfter {
    /// No server is obeyed for longer.
    private static let longest: Int64 = 86_400

    /// Nil when the server does not say, or nothing that can be read. A date is held against the server's own `Date`, so that clocks need not
    /// agree, or else against ours.
    /// - Parameter now: seconds since 1970.
    package static func wait(_ fields: HTTPFields, now: Int64) -> Duration? {
        guard let text = fields[.retryAfter] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int64(text) ?? longest, longest))
        }
        guard let until = HTTPDate.seconds(parsing: text) else { return nil }
        let from = fields[.date].flatMap { HTTPDate.seconds(parsing: $0) } ?? now
        return .seconds(min(max(until - from, 0), longest))
    }
}

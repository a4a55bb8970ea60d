/// Where a program listens: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, or `:8080` for every address of the machine.
public struct ListeningAddress: Sendable, Hashable, CustomStringConvertible {
    /// An address or a name; empty for every address of the machine.
    public let host: String
    /// 0 for any port that is free.
    public let port: UInt16

    /// Made of its members.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`.
    /// - Throws: `ListeningFailure` that says what was found and what was wanted.
    public init(_ text: String) throws(ListeningFailure) {
        let failure = ListeningFailure("found \"\(text)\", wanted address:port, as in 127.0.0.1:8080")
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { throw failure }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { throw failure }
        } else if host.contains(where: { ":[]".contains($0) }) {
            throw failure
        }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw failure }
        self.init(host: String(host), port: port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a program can't listen: what was found, and what to do.
public struct ListeningFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Made of its message.
    public init(_ description: String) { self.description = description }
}

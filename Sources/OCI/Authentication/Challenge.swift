/// One way in which a server says it wants to be asked: `Bearer realm="https://…",service="…"` (RFC 9110, 11.3).
struct Challenge: Sendable, Hashable {
    /// Lower case.
    var scheme: String
    /// Names are lower case.
    var parameters: [String: String] = [:]

    /// All challenges of a `WWW-Authenticate` field; what can't be read is left out.
    static func parse(_ text: String) -> [Challenge] {
        var scanner = FieldScanner(text)
        var challenges: [Challenge] = []
        while true {
            scanner.skipSeparators()
            guard let word = scanner.token() else {
                guard scanner.skip() else { return challenges }
                continue
            }
            scanner.skipSpace()
            if let value = scanner.value() {
                // A parameter belongs to the challenge before it; the first of a name counts.
                if !challenges.isEmpty, challenges[challenges.count - 1].parameters[word.lowercased()] == nil {
                    challenges[challenges.count - 1].parameters[word.lowercased()] = value
                }
            } else {
                challenges.append(Challenge(scheme: word.lowercased()))
            }
        }
    }
}

/// Reads tokens and quoted strings of a header field (RFC 9110, 5.6).
struct FieldScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    mutating func skipSeparators() {
        while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: ",") { position += 1 }
    }

    /// Passes one byte; false at the end.
    mutating func skip() -> Bool {
        guard position < bytes.count else { return false }
        position += 1
        return true
    }

    mutating func token() -> String? {
        let start = position
        while let byte = next, Self.isToken(byte) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    /// `=` and a token or quoted string; leaves the place alone when there is none.
    mutating func value() -> String? {
        let start = position
        guard next == UInt8(ascii: "=") else { return nil }
        position += 1
        skipSpace()
        if let value = next == UInt8(ascii: "\"") ? quoted() : token() { return value }
        position = start
        return nil
    }

    private mutating func quoted() -> String? {
        var content: [UInt8] = []
        position += 1
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return nil }
                content.append(escaped)
                position += 1
            default: content.append(byte)
            }
        }
        return nil
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

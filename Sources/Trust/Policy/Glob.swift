import JSON

/// A pattern over names whose segments are parted by `/`: `*` stands for any characters within a segment, `**` for any across
/// segments, none included. A pattern that is `*` alone matches every name. Everything else stands for itself; case counts.
package struct Glob: Sendable, Hashable, CustomStringConvertible {
    package let pattern: String
    private let tokens: [Token]

    private enum Token: Sendable, Hashable {
        case byte(UInt8)
        case withinSegment
        case acrossSegments
    }

    package static let everything = Glob(pattern: "*", tokens: [.acrossSegments])
    package static let lengthLimit = 255

    private init(pattern: String, tokens: [Token]) {
        self.pattern = pattern
        self.tokens = tokens
    }

    package init(_ pattern: String) throws(GlobError) {
        let bytes = Array(pattern.utf8)
        guard !bytes.isEmpty else { throw GlobError(pattern: pattern, reason: "empty; write \"*\" for everything") }
        guard bytes.count <= Self.lengthLimit else { throw GlobError(pattern: pattern, reason: "longer than \(Self.lengthLimit) bytes") }
        guard pattern != "*" else {
            self = .everything
            return
        }
        var tokens: [Token] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "*") else {
                guard Self.isLiteral(bytes[index]) else {
                    throw GlobError(pattern: pattern, reason: "only letters, digits, . _ - : / and the wildcards * and ** are known")
                }
                tokens.append(.byte(bytes[index]))
                index += 1
                continue
            }
            let stars = bytes[index...].prefix { $0 == UInt8(ascii: "*") }.count
            guard stars <= 2 else { throw GlobError(pattern: pattern, reason: "more than two * in a row") }
            tokens.append(stars == 1 ? .withinSegment : .acrossSegments)
            index += stars
        }
        self.init(pattern: pattern, tokens: tokens)
    }

    /// Time and memory are bounded by the product of the lengths, whatever the pattern.
    package func matches(_ name: String) -> Bool {
        // reachable[i]: the bytes read so far match the first i tokens.
        var reachable = [Bool](repeating: false, count: tokens.count + 1)
        reachable[0] = true
        closeOverEmpty(&reachable)
        for byte in name.utf8 {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (index, token) in tokens.enumerated() where reachable[index] {
                switch token {
                case .byte(let wanted): if wanted == byte { next[index + 1] = true }
                case .withinSegment: if byte != UInt8(ascii: "/") { next[index] = true }
                case .acrossSegments: next[index] = true
                }
            }
            closeOverEmpty(&next)
            reachable = next
        }
        return reachable[tokens.count]
    }

    /// A wildcard may stand for nothing.
    private func closeOverEmpty(_ reachable: inout [Bool]) {
        for (index, token) in tokens.enumerated() where reachable[index] {
            if case .byte = token { continue }
            reachable[index + 1] = true
        }
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ".-_:/".utf8.contains(byte)
        }
    }

    package var description: String { pattern }
}

/// Why a pattern can't be read.
package struct GlobError: Error, Sendable, Hashable, CustomStringConvertible {
    package var pattern: String
    package var reason: String

    package var description: String { "the pattern \"\(pattern.printable)\" is \(reason)" }
}

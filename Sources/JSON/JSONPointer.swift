/// Names one value inside a document (RFC 6901): `/spec/steps/0/setWeight`. The empty pointer names the whole document.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// Reference tokens, unescaped.
    public var tokens: [String]

    /// A pointer of tokens, which are not escaped.
    public init(tokens: [String] = []) { self.tokens = tokens }

    /// Reads the string form (section 3); fragments of URIs (section 6) are not read.
    public init(_ text: String) throws(JSONPointerError) {
        tokens = []
        guard !text.isEmpty else { return }
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw JSONPointerError(text: text, reason: "wanted it to be empty or to start with '/'")
        }
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            tokens.append(try Self.unescape(part, of: text))
        }
    }

    /// `~1` stands for `/` and `~0` for `~`; a `~` before anything else is an error (section 4).
    private static func unescape(_ part: Substring.UTF8View, of text: String) throws(JSONPointerError) -> String {
        guard part.contains(UInt8(ascii: "~")) else { return String(Substring(part)) }
        var bytes: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: throw JSONPointerError(text: text, reason: "wanted '~0' or '~1' wherever '~' stands")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A pointer to what lies under one more token, which is not escaped.
    public func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

    /// Whether the value this pointer names holds what `other` names, and is not that value itself.
    public func isProperPrefix(of other: JSONPointer) -> Bool {
        tokens.count < other.tokens.count && other.tokens.starts(with: tokens)
    }

    public var description: String {
        var bytes: [UInt8] = []
        for token in tokens {
            bytes.append(UInt8(ascii: "/"))
            for byte in token.utf8 {
                switch byte {
                case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
                case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
                default: bytes.append(byte)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Text that is not a JSON pointer.
public struct JSONPointerError: Error, Hashable, CustomStringConvertible {
    /// What was to be read.
    public var text: String
    /// What is wrong with it.
    public var reason: String

    /// Made of its members.
    public init(text: String, reason: String) {
        self.text = text
        self.reason = reason
    }

    public var description: String { "\"\(text.prefix(256))\" is no JSON pointer: \(reason)" }
}

extension JSON {
    /// The value the pointer names, or nil when there is none.
    public subscript(pointer: JSONPointer) -> JSON? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let members):
                guard let member = members[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = JSONPointer.arrayIndex(token), index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}

extension JSONPointer {
    /// An array index as section 4 has it: digits without a needless leading zero. `-` is none.
    static func arrayIndex(_ token: String) -> Int? {
        let digits = token.utf8
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        return Int(token)
    }
}

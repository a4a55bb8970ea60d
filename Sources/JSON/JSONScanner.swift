/// Reads one document from contiguous bytes. Lives only as long as the buffer it was given.
///
/// Nesting is kept in an array rather than on the stack, so that a hostile document cannot overflow a small thread's.
/// Every access to `bytes` is preceded by a comparison with `count`.
struct JSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var offset = 0
    /// Reused for every string with escapes.
    var unescaped: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// A container that is open, with what it holds so far.
    private struct Frame {
        enum Kind { case document, array, object }
        var kind: Kind
        var elements: [JSON] = []
        var members = JSONObject()
        var key = ""
    }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        guard bytes.count <= limits.size else {
            throw error("the document is larger than \(limits.size) bytes; wanted a smaller one", at: limits.size)
        }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw error("wanted a value, found a byte-order mark", at: 0)
        }
        var enclosing: [Frame] = []
        var frame = Frame(kind: .document)
        while true {
            skipWhiteSpace()
            var value: JSON
            switch peek() {
            case UInt8(ascii: "{"):
                try checkDepth(enclosing.count)
                offset += 1
                skipWhiteSpace()
                if peek() == UInt8(ascii: "}") {
                    offset += 1
                    value = .object(JSONObject())
                } else {
                    enclosing.append(frame)
                    frame = Frame(kind: .object)
                    frame.key = try key(absentFrom: frame.members, orClosing: true)
                    continue
                }
            case UInt8(ascii: "["):
                try checkDepth(enclosing.count)
                offset += 1
                skipWhiteSpace()
                if peek() == UInt8(ascii: "]") {
                    offset += 1
                    value = .array([])
                } else {
                    enclosing.append(frame)
                    frame = Frame(kind: .array)
                    continue
                }
            default:
                value = try scalar()
            }
            // A value is complete: put it into its container, and close every container that ends here.
            attaching: while true {
                skipWhiteSpace()
                switch frame.kind {
                case .document:
                    guard offset == bytes.count else { throw unexpected(wanted: "the end of the document") }
                    return value
                case .array:
                    frame.elements.append(value)
                    if try isContinued(until: UInt8(ascii: "]"), wanted: "',' or ']'") { break attaching }
                    value = .array(frame.elements)
                case .object:
                    frame.members.append(frame.key, value)
                    if try isContinued(until: UInt8(ascii: "}"), wanted: "',' or '}'") {
                        skipWhiteSpace()
                        frame.key = try key(absentFrom: frame.members, orClosing: false)
                        break attaching
                    }
                    value = .object(frame.members)
                }
                frame = enclosing.removeLast()
            }
        }
    }

    /// Consumes a comma (true) or the closing bracket (false).
    private mutating func isContinued(until closing: UInt8, wanted: @autoclosure () -> String) throws(JSONSyntaxError) -> Bool {
        switch peek() {
        case UInt8(ascii: ","):
            offset += 1
            return true
        case closing:
            offset += 1
            return false
        default:
            throw unexpected(wanted: wanted())
        }
    }

    private mutating func key(absentFrom members: JSONObject, orClosing: Bool) throws(JSONSyntaxError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected(wanted: orClosing ? "a key in quotes or '}'" : "a key in quotes") }
        let start = offset
        let key = try string()
        guard !members.contains(key) else {
            throw error("the key \"\(key.prefix(64))\" stands twice in this object; wanted each key once", at: start)
        }
        skipWhiteSpace()
        guard peek() == UInt8(ascii: ":") else { throw unexpected(wanted: "':' after a key") }
        offset += 1
        return key
    }

    private mutating func scalar() throws(JSONSyntaxError) -> JSON {
        switch peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw unexpected(wanted: "a value")
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        for position in 0..<word.utf8CodeUnitCount {
            guard peek() == word.utf8Start[position] else { throw unexpected(wanted: "'\(word)'") }
            offset += 1
        }
        return value
    }

    private func checkDepth(_ open: Int) throws(JSONSyntaxError) {
        guard open < limits.depth else {
            throw error("nested deeper than \(limits.depth) arrays and objects; wanted a flatter document", at: offset)
        }
    }

    mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    /// The byte at the current offset, or nil at the end.
    func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }
}

extension JSONScanner {
    /// An error at the current offset that says what stands there.
    func unexpected(wanted: String) -> JSONSyntaxError {
        error("wanted \(wanted), found \(found(at: offset))", at: offset)
    }

    func error(_ reason: String, at offset: Int) -> JSONSyntaxError {
        var line = 1
        var lineStart = 0
        for position in 0..<min(offset, bytes.count) where bytes[position] == 0x0A {
            line += 1
            lineStart = position + 1
        }
        return JSONSyntaxError(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }

    private func found(at offset: Int) -> String {
        guard offset < bytes.count else { return "the end of the document" }
        let byte = bytes[offset]
        if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
        return "byte 0x\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }
}

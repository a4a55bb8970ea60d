/// How a document is laid out.
public enum JSONStyle: Sendable {
    /// No white space.
    case compact
    /// Two spaces an indentation step, one member a line, no trailing newline.
    case pretty
}

extension JSON {
    /// The document as UTF-8. Members in their order; a double that is whole is written with `.0`, in the shortest form that
    /// reads back as the same double.
    ///
    /// JSON has no infinities and no NaN. They come from arithmetic alone, never from the parser, and are written as the
    /// strings `"Infinity"`, `"-Infinity"` and `"NaN"` (as the protocol buffers' JSON mapping has it): nothing is lost, and a
    /// reader that wanted a number says so, where null would have passed for «unset».
    public func bytes(_ style: JSONStyle = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.write(self, indentation: 0)
        return writer.bytes
    }

    /// The document as text.
    public func text(_ style: JSONStyle = .compact) -> String { String(decoding: bytes(style), as: UTF8.self) }
}

/// Appends values to a buffer. Recursive: a value nested by hand deeper than any parsed one costs stack.
struct JSONWriter {
    let style: JSONStyle
    private(set) var bytes: [UInt8] = []

    init(style: JSONStyle) { self.style = style }

    mutating func write(_ value: JSON, indentation: Int) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: value.description.utf8)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements): write(elements, indentation: indentation)
        case .object(let members): write(members, indentation: indentation)
        }
    }

    private mutating func write(_ elements: [JSON], indentation: Int) {
        guard !elements.isEmpty else { return bytes.append(contentsOf: "[]".utf8) }
        bytes.append(UInt8(ascii: "["))
        for position in elements.indices {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(indentation + 1)
            write(elements[position], indentation: indentation + 1)
        }
        breakLine(indentation)
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: JSONObject, indentation: Int) {
        guard !members.isEmpty else { return bytes.append(contentsOf: "{}".utf8) }
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in members {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine(indentation + 1)
            write(key)
            bytes.append(UInt8(ascii: ":"))
            if style == .pretty { bytes.append(UInt8(ascii: " ")) }
            write(value, indentation: indentation + 1)
        }
        breakLine(indentation)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func breakLine(_ indentation: Int) {
        guard style == .pretty else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indentation * 2))
    }

    private mutating func write(_ value: Double) {
        if value.isFinite {
            bytes.append(contentsOf: value.description.utf8)
        } else {
            write(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { append(escaping: $0) }
        if done == nil { Array(text.utf8).withUnsafeBufferPointer { append(escaping: $0) } }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Only what must be escaped is: the quote, the backslash and control characters.
    private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for position in text.indices {
            let byte = text[position]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[start..<position])
            start = position + 1
            bytes.append(UInt8(ascii: "\\"))
            switch byte {
            case 0x08: bytes.append(UInt8(ascii: "b"))
            case 0x0C: bytes.append(UInt8(ascii: "f"))
            case 0x0A: bytes.append(UInt8(ascii: "n"))
            case 0x0D: bytes.append(UInt8(ascii: "r"))
            case 0x09: bytes.append(UInt8(ascii: "t"))
            case 0..<0x20:
                bytes.append(contentsOf: "u00".utf8)
                bytes.append(UInt8(ascii: "0") + byte >> 4)
                let low = byte & 0x0F
                bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
            default: bytes.append(byte)
            }
        }
        bytes.append(contentsOf: text[start...])
    }
}

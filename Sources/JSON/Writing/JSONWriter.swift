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
        defer { writer.free() }
        writer.write(self, indentation: 0)
        return writer.bytes
    }

    /// The document as text.
    public func text(_ style: JSONStyle = .compact) -> String { String(decoding: bytes(style), as: UTF8.self) }
}

/// Appends values to a buffer. Recursive: a value nested by hand deeper than any parsed one costs stack.
struct JSONWriter {
    let style: JSONStyle
    var buffer = JSONStack<UInt8>(capacity: 4096)

    init(style: JSONStyle) { self.style = style }

    /// What was written.
    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: buffer.base, count: buffer.count)) }

    /// The writer is not to be used any more.
    func free() { buffer.free() }

    mutating func write(_ value: JSON, indentation: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements): write(elements, indentation: indentation)
        case .object(let members): write(members, indentation: indentation)
        }
    }

    private mutating func write(_ elements: [JSON], indentation: Int) {
        guard !elements.isEmpty else { return append("[]") }
        buffer.append(UInt8(ascii: "["))
        for position in elements.indices {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            breakLine(indentation + 1)
            write(elements[position], indentation: indentation + 1)
        }
        breakLine(indentation)
        buffer.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: JSONObject, indentation: Int) {
        guard !members.isEmpty else { return append("{}") }
        buffer.append(UInt8(ascii: "{"))
        for position in members.keys.indices {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            breakLine(indentation + 1)
            write(members.keys[position])
            buffer.append(UInt8(ascii: ":"))
            if style == .pretty { buffer.append(UInt8(ascii: " ")) }
            write(members.values[position], indentation: indentation + 1)
        }
        breakLine(indentation)
        buffer.append(UInt8(ascii: "}"))
    }

    private mutating func breakLine(_ indentation: Int) {
        guard style == .pretty else { return }
        buffer.append(0x0A)
        for _ in 0..<indentation * 2 { buffer.append(0x20) }
    }

    private mutating func write(_ value: Double) {
        if value.isFinite {
            append(value.description)
        } else {
            write(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
    }

    private mutating func write(_ value: Int64) {
        buffer.reserve(20)
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while rest >= bound {
            digits += 1
            bound &*= 10
        }
        for position in stride(from: digits - 1, through: 0, by: -1) {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            buffer.base[buffer.count + position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        buffer.count += digits
    }

    /// ASCII that needs no escapes.
    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { buffer.append(contentsOf: $0) }
    }

}

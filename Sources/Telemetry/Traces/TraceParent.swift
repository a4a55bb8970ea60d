/// The `traceparent` header of W3C Trace Context, level 1: which span a request belongs to.
package struct TraceParent: Sendable, Hashable {
    package var trace: TraceID
    package var span: SpanID
    /// Whether the caller may have recorded its span.
    package var isSampled: Bool

    package init(trace: TraceID, span: SpanID, isSampled: Bool) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
    }

    /// Version 00, as it is sent.
    package var text: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

    /// Reads a header. Of a version later than 00 the parts that 00 has are taken (§ 4.3 of the specification).
    /// - Returns: nil when it is not valid: the receiver begins a trace of its own.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), let trace = TraceID(high: high, low: low),
            let span = Self.number(bytes[36..<52]).flatMap(SpanID.init), let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.init(trace: trace, span: span, isSampled: flags & 1 == 1)
    }

    /// Lower-case hexadecimal digits, at most 16.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}

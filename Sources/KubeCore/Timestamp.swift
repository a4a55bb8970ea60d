public import JSON

/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339: whole seconds as `metav1.Time`,
/// with six digits as `metav1.MicroTime` by `microText`.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    public var microseconds: Int64

    /// So long after 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) { self.microseconds = microseconds }
    /// So long after 1970-01-01T00:00:00Z.
    public init(seconds: Int64) { microseconds = seconds * 1_000_000 }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// A moment later.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds + duration.microseconds)
    }

    /// A moment earlier.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds - duration.microseconds)
    }

    /// How much later one moment is than another; negative when it is earlier.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }

    /// Without the part of a second.
    public var wholeSeconds: Timestamp { Timestamp(seconds: microseconds.flooredQuotient(by: 1_000_000)) }

    public var description: String { text(digits: 0) }
    /// With six digits of the second: `2026-01-01T00:00:00.000000Z`.
    public var microText: String { text(digits: 6) }

    private func text(digits: Int) -> String {
        let seconds = microseconds.flooredQuotient(by: 1_000_000)
        let day = CivilDate(daysSinceEpoch: seconds.flooredQuotient(by: 86_400))
        let second = seconds - seconds.flooredQuotient(by: 86_400) * 86_400
        var text = padded(day.year, 4) + "-" + padded(day.month, 2) + "-" + padded(day.day, 2)
        text += "T" + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2)
        if digits > 0 { text += "." + padded(microseconds - seconds * 1_000_000, 6) }
        return text + "Z"
    }

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Timestamp {
    /// Reads RFC 3339 §5.6: a date, `T`, a time with any number of fractional digits (those past six are dropped), and `Z` or
    /// an offset. Nil when it is anything else or no date of the calendar.
    public init?(_ text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp($0.span) }) else { return nil }
        self = time
    }

    init?(_ text: Span<UInt8>) {
        var scanner = DigitScanner()
        func number(_ digits: Int) -> Int64? { scanner.number(digits, in: text) }
        func skip(_ character: Unicode.Scalar) -> Bool { scanner.skip(character, in: text) }
        guard let year = number(4), skip("-"), let month = number(2), skip("-"),
            let day = number(2), skip("T") || skip("t"), let hour = number(2), skip(":"),
            let minute = number(2), skip(":"), let second = number(2),
            let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch,
            hour < 24, minute < 60, second < 61
        else { return nil }
        var micros: Int64 = 0
        if skip(".") {
            guard let fraction = scanner.fraction(in: text) else { return nil }
            micros = fraction
        }
        var offset: Int64 = 0
        if !(skip("Z") || skip("z")) {
            let sign: Int64
            if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
            guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard scanner.isAtEnd(of: text) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset
        self.init(microseconds: seconds * 1_000_000 + micros)
    }
}

extension Timestamp: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let text = json.string, let time = Timestamp(text) else {
            throw JSONDecodingError(path: path, wanted: "a time like 2026-01-01T00:00:00Z", found: json.string ?? json.kind)
        }
        self = time
    }

    public init(reading node: JSONNode) throws(JSONDecodingError) {
        if let time = node.withASCII({ Timestamp($0) }) ?? nil { self = time } else { try self.init(from: node.json, at: node.path) }
    }

    public var json: JSON { .string(description) }
}

extension Duration {
    /// Whole microseconds.
    public var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

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
        // Four digits are what RFC 3339 knows; other years, which no clock shows, are written all the same.
        let isUsual = (0...9999).contains(day.year)
        let text = String(unsafeUninitializedCapacity: 27) { buffer in
            var writer = DigitWriter(buffer: buffer)
            writer.write(isUsual ? day.year : 0, digits: 4, then: "-")
            writer.write(day.month, digits: 2, then: "-")
            writer.write(day.day, digits: 2, then: "T")
            writer.write(second / 3600, digits: 2, then: ":")
            writer.write(second / 60 % 60, digits: 2, then: ":")
            writer.write(second % 60, digits: 2, then: digits > 0 ? "." : "Z")
            if digits > 0 { writer.write(microseconds - seconds * 1_000_000, digits: 6, then: "Z") }
            return writer.count
        }
        return isUsual ? text : String(day.year) + text.dropFirst(4)
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
        // Up to the seconds everything has its place: 2026-01-01T00:00:00.
        guard text.count >= 20, let year = text.number(at: 0, digits: 4), text.isCharacter("-", at: 4),
            let month = text.number(at: 5, digits: 2), text.isCharacter("-", at: 7), let day = text.number(at: 8, digits: 2),
            text.isCharacter("T", at: 10) || text.isCharacter("t", at: 10), let hour = text.number(at: 11, digits: 2),
            text.isCharacter(":", at: 13), let minute = text.number(at: 14, digits: 2), text.isCharacter(":", at: 16),
            let second = text.number(at: 17, digits: 2), let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch,
            hour < 24, minute < 60, second < 61
        else { return nil }
        var end = 19
        var micros: Int64 = 0
        if text.isCharacter(".", at: end) {
            guard let fraction = text.millionths(at: end + 1) else { return nil }
            micros = fraction.value
            end = fraction.end
        }
        var offset: Int64 = 0
        if text.isCharacter("Z", at: end) || text.isCharacter("z", at: end) {
            end += 1
        } else {
            guard text.isCharacter("+", at: end) || text.isCharacter("-", at: end), let hours = text.number(at: end + 1, digits: 2),
                text.isCharacter(":", at: end + 3), let minutes = text.number(at: end + 4, digits: 2), hours < 24, minutes < 60
            else { return nil }
            offset = (text.isCharacter("-", at: end) ? -1 : 1) * (hours * 3600 + minutes * 60)
            end += 6
        }
        guard end == text.count else { return nil }
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

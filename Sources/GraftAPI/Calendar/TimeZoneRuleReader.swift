/// Reads the parts of a rule in their order.
struct TimeZoneRuleReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    var isAtEnd: Bool { position == text.count }
    func isAt(_ character: Unicode.Scalar) -> Bool { position < text.count && text[position] == UInt8(ascii: character) }

    private var wrong: TimeZoneError { TimeZoneError("the rule \(String(decoding: text, as: UTF8.self)) at character \(position + 1)") }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(TimeZoneError) { guard take(character) else { throw wrong } }

    /// Three letters at least, or anything between < and >.
    mutating func name() throws(TimeZoneError) {
        let start = position
        if take("<") {
            while position < text.count, !isAt(">") { position += 1 }
            try expect(">")
            return
        }
        while position < text.count, isLetter(text[position]) { position += 1 }
        guard position - start >= 3 else { throw wrong }
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private mutating func number(_ range: ClosedRange<Int64>) throws(TimeZoneError) -> Int64 {
        var value: Int64 = 0
        let start = position
        while position < text.count, position - start < 3, (0x30...0x39).contains(text[position]) {
            value = value * 10 + Int64(text[position] - 0x30)
            position += 1
        }
        guard position > start, range.contains(value) else { throw wrong }
        return value
    }

    /// `[+-]hh[:mm[:ss]]`, in seconds.
    mutating func time(hours: Int64) throws(TimeZoneError) -> Int64 {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        var seconds = try number(0...hours) * 3600
        if take(":") {
            seconds += try number(0...59) * 60
            if take(":") { seconds += try number(0...59) }
        }
        return isNegative ? -seconds : seconds
    }

    /// A day, and a time on it.
    mutating func change() throws(TimeZoneError) -> TimeZoneRule.Change {
        var change: TimeZoneRule.Change
        if take("J") {
            change = TimeZoneRule.Change(day: .julian(try number(1...365)))
        } else if take("M") {
            let month = try number(1...12)
            try expect(".")
            let week = try number(1...5)
            try expect(".")
            change = TimeZoneRule.Change(day: .weekday(month: month, week: week, day: try number(0...6)))
        } else {
            change = TimeZoneRule.Change(day: .ordinal(try number(0...365)))
        }
        if take("/") { change.time = try time(hours: 167) }
        return change
    }
}

/// Formats of dates, times and durations.
enum TimeFormat {
    /// RFC 3339 `full-date`, a day of the calendar.
    static func isDate(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    /// RFC 3339 `date-time`, in either case, without leap seconds.
    static func isDateTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] | 0x20 == UInt8(ascii: "t"), isDate(text.prefix(10)) else { return false }
        var rest = bytes[11...]
        guard let hour = clock(&rest, separator: ":"), let minute = clock(&rest, separator: ":"), let second = clock(&rest, separator: nil),
            hour < 24, minute < 60, second < 60
        else { return false }
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: \.isDigit)
            guard !digits.isEmpty else { return false }
            rest = rest[digits.endIndex...]
        }
        if rest.count == 1 { return rest.first! | 0x20 == UInt8(ascii: "z") }
        guard rest.count == 6, rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") else { return false }
        rest = rest.dropFirst()
        return clock(&rest, separator: ":") != nil && clock(&rest, separator: nil) != nil && rest.isEmpty
    }

    /// Go's durations (`1h30m`, `-1.5s`) and Scala's (`22 ns`, `3 days`).
    static func isDuration(_ text: String) -> Bool { isGoDuration(text) || isScalaDuration(text) }

    private static func isGoDuration(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual("0".utf8) { return true }
        guard !rest.isEmpty else { return false }
        while !rest.isEmpty {
            let whole = rest.prefix(while: \.isDigit)
            rest = rest[whole.endIndex...]
            var fraction = rest.prefix(0)
            if rest.first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
                fraction = rest.prefix(while: \.isDigit)
                rest = rest[fraction.endIndex...]
            }
            guard !whole.isEmpty || !fraction.isEmpty else { return false }
            let unit = rest.prefix { !$0.isDigit && $0 != UInt8(ascii: ".") }
            guard ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(String(decoding: unit, as: UTF8.self)) else { return false }
            rest = rest[unit.endIndex...]
        }
        return true
    }

    /// A whole number and a unit, also in words, anywhere in the text.
    private static func isScalaDuration(_ text: String) -> Bool {
        var rest = Array(text.lowercased().unicodeScalars)[...]
        while let start = rest.firstIndex(where: isDigit) {
            rest = rest[start...].drop(while: isDigit).drop { $0 == " " || $0 == "\t" }
            let unit = rest.prefix { ("a"..."z").contains($0) || $0 == "µ" }
            rest = rest[unit.endIndex...]
            var name = String.UnicodeScalarView()
            name.append(contentsOf: unit)
            if isScalaUnit(String(name)) { return true }
        }
        return false
    }

    private static func isScalaUnit(_ name: String) -> Bool {
        ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk"].contains(name)
            || ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"].contains { name.hasPrefix($0) }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.allSatisfy(\.isDigit) ? bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
    }

    /// Two digits and the separator after them.
    private static func clock(_ rest: inout ArraySlice<UInt8>, separator: Unicode.Scalar?) -> Int? {
        guard rest.count >= 2, let value = number(rest.prefix(2)) else { return nil }
        rest = rest.dropFirst(2)
        guard let separator else { return value }
        guard rest.first == UInt8(ascii: separator) else { return nil }
        rest = rest.dropFirst()
        return value
    }
}

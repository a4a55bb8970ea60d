/// A point in time, to the nanosecond, as certificates, logs and time-stamp authorities state it: UTC without leap seconds.
///
/// A value and never a clock: whoever verifies hands the times in.
package struct Moment: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// 0 to 999,999,999.
    package let nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        precondition((0..<1_000_000_000).contains(nanoseconds), "nanoseconds are a part of a second")
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package init(milliseconds: Int64) {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        self.init(seconds: rest < 0 ? seconds - 1 : seconds, nanoseconds: Int32(rest < 0 ? rest + 1000 : rest) * 1_000_000)
    }

    /// A date of the Gregorian calendar; nil for one that doesn't exist, and for second 60.
    init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, nanoseconds: Int32 = 0) {
        guard (0...9999).contains(year), (1...12).contains(month), (1...Self.days(of: month, year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        let days = Self.daysSinceEpoch(year, month, day)
        self.init(seconds: Int64(days * 86400 + hour * 3600 + minute * 60 + second), nanoseconds: nanoseconds)
    }

    func advanced(byNanoseconds distance: Int64) -> Moment {
        let sum = Int64(nanoseconds) + distance % 1_000_000_000
        let (carry, rest) = sum.quotientAndRemainder(dividingBy: 1_000_000_000)
        let whole = seconds + distance / 1_000_000_000 + carry
        return rest < 0
            ? Moment(seconds: whole - 1, nanoseconds: Int32(rest + 1_000_000_000)) : Moment(seconds: whole, nanoseconds: Int32(rest))
    }

    package static func < (left: Moment, right: Moment) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Years that begin in March: the leap day is their last, so the days before a month follow one formula.
    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }
}

extension Moment: CustomStringConvertible {
    /// RFC 3339, in UTC; the fraction only where there is one.
    package var description: String {
        var days = seconds / 86400
        var rest = Int(seconds % 86400)
        if rest < 0 { (days, rest) = (days - 1, rest + 86400) }
        let shifted = days + 719468
        let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
        let dayOfEra = Int(shifted - era * 146097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = era * 400 + Int64(yearOfEra) + (month <= 2 ? 1 : 0)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2))"
        let time = "\(Self.padded(rest / 3600, 2)):\(Self.padded(rest / 60 % 60, 2)):\(Self.padded(rest % 60, 2))"
        guard nanoseconds != 0 else { return "\(date)T\(time)Z" }
        var fraction = Self.padded(nanoseconds, 9)
        while fraction.last == "0" { fraction.removeLast() }
        return "\(date)T\(time).\(fraction)Z"
    }

    private static func padded(_ number: some BinaryInteger, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

import KubeCore

/// How clocks are changed every year: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX's TZ, with the larger times of RFC 8536, 3.3.1).
struct TimeZoneRule: Sendable, Hashable {
    /// A day of each year.
    enum Day: Hashable {
        /// 1 to 365, February 29 never counted.
        case julian(Int64)
        /// 0 to 365.
        case ordinal(Int64)
        /// The nth such weekday of a month, 5 the last; Sunday is 0.
        case weekday(month: Int64, week: Int64, day: Int64)
    }

    struct Change: Hashable {
        var day: Day
        /// Seconds after midnight; may lie on another day.
        var time: Int64 = 7200
    }

    struct Summer: Hashable {
        var offset: Int64
        var begin: Change
        var end: Change
    }

    /// Seconds east of UTC.
    private let standard: Int64
    private let summer: Summer?

    init(_ text: String) throws(TimeZoneError) {
        var reader = TimeZoneRuleReader(text)
        try reader.name()
        standard = -(try reader.time(hours: 24))
        guard !reader.isAtEnd else {
            summer = nil
            return
        }
        try reader.name()
        let offset = reader.isAt(",") ? standard + 3600 : -(try reader.time(hours: 24))
        try reader.expect(",")
        let begin = try reader.change()
        try reader.expect(",")
        let end = try reader.change()
        guard reader.isAtEnd else { throw TimeZoneError("the rule \(text) goes on after its end") }
        summer = Summer(offset: offset, begin: begin, end: end)
    }

    func offset(at seconds: Int64) -> Int64 {
        guard let summer else { return standard }
        // Beyond any calendar's years nothing is known, and nothing may overflow.
        guard (-1 << 40...1 << 40).contains(seconds) else { return standard }
        let year = CivilDate(daysSinceEpoch: (seconds + standard).flooredQuotient(by: 86_400)).year
        let begin = Self.moment(of: summer.begin, in: year) - standard
        let end = Self.moment(of: summer.end, in: year) - summer.offset
        let isSummer = begin < end ? (begin..<end).contains(seconds) : !(end..<begin).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    /// As clocks show it, in seconds since 1970.
    private static func moment(of change: Change, in year: Int64) -> Int64 {
        let first = days(year, 1, 1)
        let day: Int64
        switch change.day {
        case .ordinal(let number): day = first + number
        case .julian(let number):
            let isLeap = days(year, 3, 1) - days(year, 2, 28) == 2
            day = first + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let wanted):
            let begin = days(year, month, 1)
            let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
            var found = begin + (wanted - weekday(begin) + 7) % 7 + (week - 1) * 7
            while found >= next { found -= 7 }
            day = found
        }
        return day * 86_400 + change.time
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        CivilDate(year: year, month: month, day: day).daysSinceEpoch ?? 0
    }

    /// Sunday is 0; 1970 began on a Thursday.
    private static func weekday(_ days: Int64) -> Int64 { ((days + 4) % 7 + 7) % 7 }
}

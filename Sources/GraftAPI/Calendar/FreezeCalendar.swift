package import KubeCore

/// When windows hold: a pure function of the windows, their time zones and now.
package struct FreezeCalendar: Sendable {
    /// A time in which windows hold without a gap.
    package struct Hold: Sendable, Hashable {
        package var since: Timestamp
        /// Nil: not before somebody takes a window away, or for longer than a year.
        package var until: Timestamp?

        package init(since: Timestamp, until: Timestamp?) {
            self.since = since
            self.until = until
        }
    }

    private let windows: [(window: FreezeWindow, zone: TimeZoneInformation)]

    /// Further than this it does not look.
    package static let horizon = Duration.seconds(400 * 86_400)

    package init(_ windows: [(window: FreezeWindow, zone: TimeZoneInformation)]) { self.windows = windows }

    /// The hold that `now` lies in: windows that overlap or touch are one. Nil: nothing holds.
    package func hold(at now: Timestamp) -> Hold? {
        let holding = windows.compactMap { Self.occurrence(of: $0.window, $0.zone, at: now) }
        guard let since = holding.map(\.since).min() else { return nil }
        var end = now
        while end - now <= Self.horizon {
            let next = windows.compactMap { Self.occurrence(of: $0.window, $0.zone, at: end) }
            guard let longest = next.max(by: Self.endsEarlier) else { return Hold(since: since, until: end) }
            guard let until = longest.until else { break }
            end = until
        }
        return Hold(since: since, until: nil)
    }

    /// When a window begins next, after `now`; nil: none within the horizon.
    package func nextBegin(after now: Timestamp) -> Timestamp? {
        windows.compactMap { Self.begin(of: $0.window, $0.zone, after: now) }.min()
    }

    /// The hold that `now` lies in, else the next one within the horizon; with the window that begins it and its time zone.
    package func period(from now: Timestamp) -> (hold: Hold, window: FreezeWindow, zone: TimeZoneInformation)? {
        guard let moment = hold(at: now) != nil ? now : nextBegin(after: now), let hold = hold(at: moment),
            let first = windows.first(where: { Self.occurrence(of: $0.window, $0.zone, at: moment)?.since == hold.since })
        else { return nil }
        return (hold, first.window, first.zone)
    }

    private static func endsEarlier(_ left: Hold, _ right: Hold) -> Bool {
        guard let first = left.until else { return false }
        return right.until.map { first < $0 } ?? true
    }

    /// The time a window holds in that includes a moment: of several, the one that ends last.
    private static func occurrence(of window: FreezeWindow, _ zone: TimeZoneInformation, at moment: Timestamp) -> Hold? {
        if let from = window.from {
            return from <= moment && window.until.map { moment < $0 } ?? true ? Hold(since: from, until: window.until) : nil
        }
        guard let duration = window.duration?.seconds else { return nil }
        let today = day(of: moment, zone)
        let earliest = today - Int64(duration / 86_400) - 2
        var day = today + 1
        while day >= earliest {
            if let begin = begin(of: window, zone, on: day), begin <= moment {
                let end = begin + .seconds(duration)
                // Days are looked at from the last on: those before it end earlier.
                return moment < end ? Hold(since: begin, until: end) : nil
            }
            day -= 1
        }
        return nil
    }

    private static func begin(of window: FreezeWindow, _ zone: TimeZoneInformation, after moment: Timestamp) -> Timestamp? {
        if let from = window.from { return from > moment && from - moment <= horizon ? from : nil }
        let today = day(of: moment, zone)
        for day in today - 1...today + horizon.components.seconds / 86_400 {
            if let begin = begin(of: window, zone, on: day), begin > moment { return begin }
        }
        return nil
    }

    /// When it begins on a day, given in days since 1970; nil: not on this one.
    private static func begin(of window: FreezeWindow, _ zone: TimeZoneInformation, on day: Int64) -> Timestamp? {
        guard let minute = window.minuteOfDay, isDue(window, on: day) else { return nil }
        return Timestamp(seconds: zone.seconds(showing: day * 86_400 + minute * 60))
    }

    private static func isDue(_ window: FreezeWindow, on day: Int64) -> Bool {
        if window.days.isEmpty, window.dates.isEmpty { return true }
        // 1970 began on a Thursday.
        let weekday = FreezeWindow.Weekday.allCases[Int(((day + 3) % 7 + 7) % 7)]
        if window.days.contains(weekday) { return true }
        let date = CivilDate(daysSinceEpoch: day)
        return window.dates.contains { MonthDay($0)?.matches(date) ?? false }
    }

    /// The day that clocks show, in days since 1970.
    private static func day(of moment: Timestamp, _ zone: TimeZoneInformation) -> Int64 {
        let seconds = moment.wholeSeconds.microseconds / 1_000_000
        return (seconds + zone.offset(at: seconds)).flooredQuotient(by: 86_400)
    }
}

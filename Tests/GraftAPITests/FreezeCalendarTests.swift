import KubeCore
import Testing

@testable import GraftAPI

@Suite("Freeze windows")
struct FreezeCalendarTests {
    private static let berlinRule = "CET-1CEST,M3.5.0,M10.5.0/3"

    private func calendar(_ windows: [FreezeWindow], rule: String = berlinRule) throws -> FreezeCalendar {
        let zone = try TimeZoneTests.zone(rule)
        return FreezeCalendar(windows.map { ($0, ZoneName.isUTC($0.timeZone) ? .utc : zone) })
    }

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    private static func weekend(_ zone: String = "UTC") -> FreezeWindow {
        FreezeWindow(days: [.friday], start: "18:00", duration: Period(seconds: 62 * 3600), timeZone: zone)
    }
    private static func nightly(_ start: String, hours: Int, _ zone: String = "Europe/Berlin") -> FreezeWindow {
        FreezeWindow(start: start, duration: Period(seconds: hours * 3600), timeZone: zone)
    }
    private static func dated(_ dates: [String], hours: Int) -> FreezeWindow {
        FreezeWindow(dates: dates, duration: Period(seconds: hours * 3600))
    }

    /// Nil: it doesn't hold then.
    @Test(
        "hold from their begin up to their end",
        arguments: [
            // 2026-01-02 is a Friday.
            (weekend(), "2026-01-02T17:59:59Z", nil), (weekend(), "2026-01-02T18:00:00Z", "2026-01-05T08:00:00Z"),
            (weekend(), "2026-01-05T07:59:59Z", "2026-01-05T08:00:00Z"), (weekend(), "2026-01-05T08:00:00Z", nil),
            // The same by clocks of Berlin: an hour earlier in winter, two in summer.
            (weekend("Europe/Berlin"), "2026-01-02T17:00:00Z", "2026-01-05T07:00:00Z"),
            (weekend("Europe/Berlin"), "2026-01-02T16:59:59Z", nil),
            (weekend("Europe/Berlin"), "2026-07-03T16:00:00Z", "2026-07-06T06:00:00Z"),
            // Over a change of clocks it lasts as long as it says.
            (weekend("Europe/Berlin"), "2026-03-27T17:00:00Z", "2026-03-30T07:00:00Z"),
            (weekend("Europe/Berlin"), "2026-10-23T16:00:00Z", "2026-10-26T06:00:00Z"),
            // It begins at a time that clocks never show, or show twice.
            (nightly("02:30", hours: 1), "2026-03-29T01:29:59Z", nil),
            (nightly("02:30", hours: 1), "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"),
            (nightly("02:30", hours: 1), "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
            (nightly("02:30", hours: 1), "2026-10-25T01:30:00Z", nil),
            // Over midnight, and over the year's end.
            (nightly("22:00", hours: 8), "2026-01-01T02:00:00Z", "2026-01-01T05:00:00Z"),
            (nightly("22:00", hours: 8), "2026-01-01T12:00:00Z", nil),
            (dated(["12-24"], hours: 240), "2027-01-02T23:59:59Z", "2027-01-03T00:00:00Z"),
            (dated(["12-24"], hours: 240), "2027-01-03T00:00:00Z", nil),
            (dated(["2026-12-24"], hours: 24), "2026-12-24T12:00:00Z", "2026-12-25T00:00:00Z"),
            (dated(["2026-12-24"], hours: 24), "2027-12-24T12:00:00Z", nil),
            (dated(["02-29"], hours: 24), "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z"),
            (dated(["02-29"], hours: 24), "2027-03-01T12:00:00Z", nil),
        ] as [(FreezeWindow, String, String?)])
    func recurring(window: FreezeWindow, now: String, until: String?) throws {
        #expect(try calendar([window]).hold(at: time(now))?.until?.description == until)
    }

    @Test("that are once hold from one time to another, or until someone takes them away")
    func once() throws {
        let from = try time("2026-12-20T00:00:00Z")
        let bounded = try calendar([FreezeWindow(from: from, until: time("2027-01-02T00:00:00Z"))])
        #expect(bounded.hold(at: from - .seconds(1)) == nil)
        #expect(bounded.nextBegin(after: from - .seconds(1)) == from)
        #expect(try bounded.hold(at: from) == FreezeCalendar.Hold(since: from, until: time("2027-01-02T00:00:00Z")))
        #expect(try bounded.hold(at: time("2027-01-02T00:00:00Z")) == nil)
        let open = try calendar([FreezeWindow(from: from, until: nil)])
        #expect(open.hold(at: from + .seconds(90_000)) == FreezeCalendar.Hold(since: from, until: nil))
    }

    @Test("that hold now, else the next ones, say by whose clocks they begin")
    func periods() throws {
        let windows = [Self.weekend("Europe/Berlin"), FreezeWindow(days: [.monday], start: "06:30", duration: Period(seconds: 3600))]
        func period(_ now: String) throws -> [String?] {
            let found = try calendar(windows).period(from: time(now))
            return [found?.hold.since.description, found?.hold.until?.description, found?.window.timeZone]
        }
        // Monday's window touches the weekend's: 07:00 by clocks of UTC is within 06:30 to 07:30.
        let weekend = ["2026-01-02T17:00:00Z", "2026-01-05T07:30:00Z", "Europe/Berlin"]
        #expect(try period("2026-01-02T16:59:59Z") == weekend)
        #expect(try period("2026-01-02T17:00:00Z") == weekend)
        #expect(try period("2026-01-05T07:10:00Z") == ["2026-01-05T06:30:00Z", "2026-01-05T07:30:00Z", "UTC"])
        #expect(try period("2026-01-05T07:30:00Z") == ["2026-01-09T17:00:00Z", "2026-01-12T07:30:00Z", "Europe/Berlin"])
        let past = FreezeWindow(from: try time("2026-01-01T00:00:00Z"), until: try time("2026-01-02T00:00:00Z"))
        #expect(try calendar([past]).period(from: time("2026-01-03T00:00:00Z")) == nil)
    }

    @Test("that overlap or touch are one, also those of several guards; what never ends has no end")
    func overlapping() throws {
        let windows = [
            FreezeWindow(from: try time("2026-01-05T08:00:00Z"), until: try time("2026-01-05T20:00:00Z")), Self.weekend(),
            FreezeWindow(from: try time("2026-01-05T12:00:00Z"), until: try time("2026-01-06T00:00:00Z")),
        ]
        let hold = try #require(try calendar(windows).hold(at: time("2026-01-03T00:00:00Z")))
        #expect(hold.since.description == "2026-01-02T18:00:00Z" && hold.until?.description == "2026-01-06T00:00:00Z")
        let always = try calendar([Self.nightly("00:00", hours: 24, "UTC")])
        #expect(try always.hold(at: time("2026-01-03T00:00:00Z")).map { $0.until == nil } == true)
        #expect(try calendar([]).hold(at: time("2026-01-03T00:00:00Z")) == nil)
    }

    @Test("say when they begin next")
    func next() throws {
        #expect(try calendar([Self.weekend()]).nextBegin(after: time("2026-01-02T18:00:00Z"))?.description == "2026-01-09T18:00:00Z")
        #expect(
            try calendar([Self.dated(["12-24"], hours: 1)]).nextBegin(after: time("2026-12-24T00:00:00Z"))?.description
                == "2027-12-24T00:00:00Z")
        #expect(
            try calendar([Self.weekend(), Self.nightly("22:00", hours: 1)]).nextBegin(after: time("2026-07-01T00:00:00Z"))?.description
                == "2026-07-01T20:00:00Z")
    }

    @Test("hold without a gap from where they begin to where they end, and not a second longer, whatever windows overlap")
    func boundaries() throws {
        var dice: UInt64 = 31
        func roll(_ sides: Int) -> Int {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((dice >> 33) % UInt64(sides))
        }
        let start = try time("2026-01-01T00:00:00Z")
        for _ in 0..<300 {
            let windows = (0...roll(3)).map { _ in
                FreezeWindow(
                    days: (0...roll(3)).map { _ in FreezeWindow.Weekday.allCases[roll(7)] }, start: "\(10 + roll(10)):\(10 + roll(50))",
                    duration: Period(seconds: 60 * (1 + roll(2000))), timeZone: roll(2) == 0 ? "UTC" : "Europe/Berlin")
            }
            let calendar = try calendar(windows)
            let now = start + .seconds(roll(2 * 366 * 86_400))
            if let hold = calendar.hold(at: now) {
                #expect(hold.since <= now)
                guard let until = hold.until else { continue }
                #expect(until > now && calendar.hold(at: until) == nil)
                let inside = now + .seconds(roll(Int((until - now).components.seconds)))
                #expect(calendar.hold(at: inside)?.until == until)
            } else if let next = calendar.nextBegin(after: now) {
                #expect(calendar.hold(at: next - .seconds(1)) == nil && calendar.hold(at: next)?.since == next)
            }
        }
    }
}

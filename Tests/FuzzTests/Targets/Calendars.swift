import JSON
import KubeCore
import YAML

@testable import GraftAPI

extension FuzzTarget {
    /// A file of the time zone database, or the rule at its end by itself: read or refused, and clocks show something at any time.
    static let timeZone = FuzzTarget(
        "time-zone", limit: 1024, seeds: { CalendarSeeds.rules.map { Array($0.utf8) } + CalendarSeeds.files },
        check: { bytes in
            if let zone = try answer({ () throws(TimeZoneError) in try TimeZoneInformation(bytes: bytes) }) { try check(zone) }
            // No longer than the footer of a file may be.
            guard bytes.count <= 256, bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let rule = try answer({ () throws(TimeZoneError) in try TimeZoneRule(text) }) else { return }
            for moment in CalendarSeeds.moments {
                try promise("a rule's offset is a day's or so", abs(rule.offset(at: moment)) <= 26 * 3600)
            }
            try check(try zone(text))
        })

    private static func zone(_ rule: String) throws(BrokenPromise) -> TimeZoneInformation {
        do { return try TimeZoneInformation(bytes: CalendarSeeds.file(rule: rule)) } catch {
            throw BrokenPromise(description: "a file may hold any rule: \(error)")
        }
    }

    private static func check(_ zone: TimeZoneInformation) throws(BrokenPromise) {
        for moment in CalendarSeeds.moments {
            let offset = zone.offset(at: moment)
            try promise("an offset is a clock's: \(offset)", (-90_000...93_600).contains(offset))
        }
        for local in CalendarSeeds.moments where abs(local) < 1 << 50 {
            let moment = zone.seconds(showing: local)
            try promise("clocks show \(local) about then: \(moment)", abs(moment - local) <= 27 * 3600)
        }
    }

    /// Freeze windows as people write them into a guard: whatever they say, it is read, if only as what holds always; a hold is around now, and what begins
    /// next comes after it.
    static let calendar = FuzzTarget(
        "calendar", limit: 2048, seeds: { CalendarSeeds.guards.map { Array($0.utf8) } },
        check: { bytes in
            guard let json = try? YAML.document(bytes, limits: YAMLLimits(size: 64 << 10, depth: 32, expansion: 64 << 10)) else { return }
            let named: JSON = ["metadata": ["name": "g"], "spec": json]
            guard let read = try? RolloutGuard(from: named), let again = try? RolloutGuard(from: named) else {
                throw BrokenPromise(description: "a guard that has a name is read")
            }
            try promise("the same input gets the same answer", read.spec == again.spec && read.problems == again.problems)
            for problem in read.problems { try checkWords(problem) }
            guard read.problems.isEmpty, let windows = read.spec.freeze?.windows, windows.count <= 6 else { return }
            let zones = try CalendarSeeds.rules.prefix(2).map { (rule) throws(BrokenPromise) in try zone(rule) }
            for zone in zones {
                let calendar = FreezeCalendar(windows.map { ($0, zone) })
                for moment in CalendarSeeds.moments.prefix(5) {
                    let now = Timestamp(seconds: moment)
                    if let hold = calendar.hold(at: now) {
                        try promise("it holds now", hold.since <= now && hold.until.map { now < $0 } ?? true)
                        if let until = hold.until { try promise("and no longer than it says", calendar.hold(at: until) == nil) }
                    }
                    if let next = calendar.nextBegin(after: now) {
                        try promise("what comes next comes", next > now)
                        try promise("and holds then", calendar.hold(at: next) != nil)
                    }
                }
            }
        })
}

private enum CalendarSeeds {
    static let rules = [
        "CET-1CEST,M3.5.0,M10.5.0/3", "AEST-10AEDT,M10.1.0,M4.1.0/3", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "XXX3EDT4,0/0,J365/23", "UTC0",
    ]

    /// Around changes of clocks, and far from any year that a calendar has.
    static let moments: [Int64] = [
        0, -1, 1_774_745_999, 1_774_746_000, 1_792_889_999, 1_792_890_000, 1_709_164_800, 2_147_483_648, -2_208_988_800, 253_402_300_799,
        1 << 40, -1 << 40, (1 << 40) + 1, 1 << 60, -1 << 60,
    ]

    /// A file of version 2 with no transitions, or with a few.
    static func file(_ transitions: [(Int64, Int32)] = [], rule: String) -> [UInt8] {
        func part(_ width: Int) -> [UInt8] {
            var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            func add(_ value: Int64, _ count: Int) {
                for place in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(place * 8))) }
            }
            for count in [0, 0, 0, transitions.count, transitions.count + 1, 4] { add(Int64(count), 4) }
            for (moment, _) in transitions { add(moment, width) }
            for index in transitions.indices { bytes.append(UInt8(index + 1)) }
            for offset in [0] + transitions.map(\.1) {
                add(Int64(offset), 4)
                bytes += [0, 0]
            }
            return bytes + Array("LMT\0".utf8)
        }
        return part(4) + part(8) + Array("\n\(rule)\n".utf8)
    }

    static let files = [file(rule: rules[0]), file([(1000, 3600), (1_774_746_000, 7200)], rule: rules[1]), file([(-5, -3600)], rule: "")]

    static let guards = [
        """
        match: {namespaces: ["*"], classes: ["*"]}
        reason: ask ops
        freeze:
          windows:
          - {days: [Friday, Saturday], start: "18:00", duration: 62h, timeZone: Europe/Berlin}
          - {dates: ["12-24", "2026-12-31", "02-29"], duration: 24h}
          - {from: "2026-11-20T00:00:00Z", until: "2026-12-01T00:00:00Z"}
          - {from: "2027-01-01T00:00:00Z"}
        budget: {maxUnproven: 12.5%, scope: All, provenAfter: 1h30m}

        """, "match: {namespaces: [a], classes: [b]}\nfreeze: {windows: [{duration: 744h, start: \"23:59\"}]}\n",
        "match: {namespaces: [a], classes: [b]}\nbudget: {maxUnproven: 3}\n", "freeze: {windows: [{duration: 1s}]}\n",
    ]
}

import KubeCore
import Testing

@testable import GraftAPI

@Suite("Time zones (RFC 8536)")
struct TimeZoneTests {
    /// A file of version 2: transitions and the offset from each on, an offset before them, and a rule for what comes after.
    static func file(_ transitions: [(Int64, Int32)] = [], before: Int32 = 0, rule: String, version: UInt8 = UInt8(ascii: "2")) -> [UInt8] {
        func part(_ width: Int) -> [UInt8] {
            var bytes = Array("TZif".utf8) + [version] + Array(repeating: 0, count: 15)
            func add(_ value: Int64, _ count: Int) {
                for place in stride(from: count - 1, through: 0, by: -1) {
                    bytes.append(UInt8(truncatingIfNeeded: value >> Int64(place * 8)))
                }
            }
            for count in [0, 0, 0, transitions.count, transitions.count + 1, 4] { add(Int64(count), 4) }
            for (moment, _) in transitions { add(moment, width) }
            for index in transitions.indices { bytes.append(UInt8(index + 1)) }
            for offset in [before] + transitions.map(\.1) {
                add(Int64(offset), 4)
                bytes += [0, 0]
            }
            return bytes + Array("LMT\0".utf8)
        }
        let first = part(4)
        return version < UInt8(ascii: "2") ? first : first + part(8) + Array("\n\(rule)\n".utf8)
    }

    static func zone(_ rule: String) throws -> TimeZoneInformation { try TimeZoneInformation(bytes: file(rule: rule)) }
    static func seconds(_ text: String) throws -> Int64 { try #require(Timestamp(text)).microseconds / 1_000_000 }

    @Test(
        "Clocks are changed as the rule says",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600), ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7200), ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18000), ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14400),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T05:59:59Z", -14400), ("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -18000),
            // In the south summer spans the year's end.
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-12-31T23:59:59Z", 39600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2027-01-01T00:00:00Z", 39600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-04-04T16:00:00Z", 36000),
            // Half an hour, a negative summer time, times before midnight, numbered days, and summer for ever.
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-15T00:00:00Z", 39600),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-07-15T00:00:00Z", 37800),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-15T00:00:00Z", 0), ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-15T00:00:00Z", 3600),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600),
            ("AAA0BBB,J60/0,J61/0", "2024-03-01T00:00:00Z", 3600), ("AAA0BBB,J60/0,J61/0", "2024-02-29T12:00:00Z", 0),
            ("AAA0BBB,59/0,60/0", "2024-02-29T12:00:00Z", 3600), ("XXX3EDT4,0/0,J365/23", "2026-12-31T12:00:00Z", -14400),
            ("UTC0", "2026-07-15T00:00:00Z", 0), ("<+0545>-5:45", "2026-07-15T00:00:00Z", 20700),
        ] as [(String, String, Int64)])
    func rules(rule: String, moment: String, offset: Int64) throws {
        #expect(try Self.zone(rule).offset(at: Self.seconds(moment)) == offset)
    }

    @Test("Before the rule the transitions of the file hold, and before them its first type")
    func transitions() throws {
        let zone = try TimeZoneInformation(bytes: Self.file([(1000, 3600), (2000, 7200)], before: 600, rule: "CET-1"))
        #expect([-5000, 999, 1000, 1999, 2000, 90_000].map { zone.offset(at: $0) } == [600, 600, 3600, 3600, 3600, 3600])
        let old = try TimeZoneInformation(bytes: Self.file([(1000, 3600), (2000, 7200)], before: 600, rule: "", version: 0))
        #expect([999, 1000, 2000, 90_000].map { old.offset(at: $0) } == [600, 3600, 7200, 7200])
    }

    @Test("A time that clocks show twice is the first one; one that they never show comes as much later as they were put forward")
    func localTimes() throws {
        let berlin = try Self.zone("CET-1CEST,M3.5.0,M10.5.0/3")
        func shown(_ local: String) throws -> String {
            Timestamp(seconds: berlin.seconds(showing: try Self.seconds(local))).description
        }
        #expect(try shown("2026-01-10T18:00:00Z") == "2026-01-10T17:00:00Z")
        #expect(try shown("2026-07-10T18:00:00Z") == "2026-07-10T16:00:00Z")
        #expect(try shown("2026-10-25T02:30:00Z") == "2026-10-25T00:30:00Z")
        #expect(try shown("2026-03-29T02:30:00Z") == "2026-03-29T01:30:00Z")
    }

    @Test(
        "What is no time zone is refused",
        arguments: [
            [], Array("TZif".utf8), Array("#!/bin/sh\n".utf8), file(rule: "CET"), file(rule: "CET-1CEST"),
            file(rule: "CET-1CEST,M13.5.0,M10.5.0"),
            file(rule: "CET-1CEST,M3.5.0,M10.5.0/3x"), file(rule: "CET-999"), file([(2000, 0), (1000, 0)], rule: ""),
            file([(2000, 100_000)], rule: ""), Array(file(rule: "CET-1").dropLast()),
            Array(repeating: 0, count: TimeZoneInformation.sizeLimit + 1),
        ] as [[UInt8]])
    func refused(bytes: [UInt8]) { #expect(throws: TimeZoneError.self) { try TimeZoneInformation(bytes: bytes) } }

    @Test("Files that count leap seconds are refused")
    func leapSeconds() {
        var bytes = Self.file(rule: "UTC0", version: 0)
        bytes[31] = 1
        bytes += Array(repeating: 0, count: 8)
        #expect(throws: TimeZoneError("it counts leap seconds")) { try TimeZoneInformation(bytes: bytes) }
    }

    @Test("Whatever the bytes are, a file is read or refused, and what is read answers for any time")
    func fuzzed() {
        let seeds = [
            Self.file([(1000, 3600), (2000, 7200)], before: 600, rule: "CET-1CEST,M3.5.0,M10.5.0/3"), Self.file(rule: "AAA0BBB,J60/0,59/0"),
            Self.file([(1000, 3600)], rule: "", version: 0),
        ]
        var dice: UInt64 = 8536
        func roll(_ sides: Int) -> Int {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((dice >> 33) % UInt64(sides))
        }
        var read = 0
        for round in 0..<6000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0...roll(4) {
                switch roll(4) {
                case 0: bytes[roll(bytes.count)] = UInt8(roll(256))
                case 1: bytes[roll(bytes.count)] ^= 1 << UInt8(roll(8))
                case 2 where bytes.count > 2: bytes.remove(at: roll(bytes.count))
                default: bytes.insert(UInt8(roll(256)), at: roll(bytes.count))
                }
            }
            guard let zone = try? TimeZoneInformation(bytes: bytes) else { continue }
            read += 1
            for moment in [Int64.min / 4, -1 << 41, -1, 0, 1500, 1_800_000_000, 1 << 41, Int64.max / 4] {
                #expect((-604_800...604_800).contains(zone.offset(at: moment)))
                _ = zone.seconds(showing: moment)
            }
        }
        #expect(read > 500, "what is tried is mostly read")
    }

    @Test(
        "Names lead nowhere but to zones",
        arguments: [
            ("UTC", true), ("Europe/Berlin", true), ("America/Argentina/Buenos_Aires", true), ("Etc/GMT+3", true), ("", false),
            ("/etc/passwd", false),
            ("../x", false), ("Europe/../x", false), ("Europe/", false), ("a/b/c/d", false), ("Europe/Ber lin", false), ("Zürich", false),
        ])
    func names(name: String, isSound: Bool) { #expect(ZoneName.isSound(name) == isSound) }
}

import FoundationEssentials
import GraftAPI
import Harness
import JSON
import KubeCore
import Schema
import Testing

@testable import Controllers

@Suite("What a guard says of itself")
struct GuardReaderTests {
    private static let zones = ZoneDatabase(directory: "/nowhere")
    private static let now = Timestamp(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z, a Thursday

    private static func read(_ change: (inout RolloutGuardSpec) -> Void) -> ReadGuard {
        var spec = RolloutGuardSpec()
        spec.match = .everything
        change(&spec)
        return ReadGuard(RolloutGuard(metadata: ObjectMeta(name: "edge"), spec: spec))
    }

    private static func status(
        _ rollouts: ReadGuard, before: RolloutGuardStatus = RolloutGuardStatus(), _ counted: GuardReader.Counted = .init(),
        now: Timestamp = now
    ) -> (status: RolloutGuardStatus, next: Timestamp?) {
        GuardReader.status(of: rollouts, generation: 2, before: before, zones: zones, counted: counted, now: now)
    }

    private static let nightly = read { $0.freeze = Freeze([FreezeWindow(start: "22:00", duration: Period(seconds: 8 * 3600))]) }

    @Test("The next window, then the same one as it holds, then the one after it: told again at its edges, and at no other time")
    func edges() throws {
        let night = Self.now + .seconds(12 * 3600)
        let (open, begin) = Self.status(Self.nightly, now: night)
        #expect(open.state == .open && open.window?.isActive == false && open.observedGeneration == 2)
        #expect(open.window?.summary == "2026-01-01 22:00 to 2026-01-02 06:00 UTC")
        #expect(begin?.description == "2026-01-01T22:00:00Z")
        // Nothing to write before.
        let (same, again) = Self.status(Self.nightly, before: open, now: try #require(begin) - .seconds(1))
        #expect(same == open && again == begin)
        let (frozen, end) = Self.status(Self.nightly, before: open, now: try #require(begin))
        #expect(frozen.state == .frozen && frozen.window?.isActive == true && frozen.window?.summary == open.window?.summary)
        #expect(end?.description == "2026-01-02T06:00:00Z")
        let (over, next) = Self.status(Self.nightly, before: frozen, now: try #require(end))
        #expect(over.state == .open && over.window?.from.description == "2026-01-02T22:00:00Z" && next == over.window?.from)
        #expect(over.conditions == open.conditions)
    }

    @Test("Without a window that is due nothing is told by time")
    func noTimer() {
        for rollouts in [
            Self.read { $0.budget = UnprovenBudget(.count(1)) },
            Self.read { $0.freeze = Freeze([FreezeWindow(from: Self.now, until: nil)]) },
            Self.read { $0.freeze = Freeze([FreezeWindow(from: Self.now - .seconds(60), until: Self.now)]) },
        ] {
            let (status, next) = Self.status(rollouts)
            #expect(next == nil)
            #expect(Self.status(rollouts, before: status, now: Self.now + .seconds(100 * 86_400)).status == status)
        }
    }

    @Test("What can't be read names the field, what was found and what is wanted; its condition turns once")
    func invalid() throws {
        let wrong = Self.read { $0.freeze = Freeze([FreezeWindow(duration: Period(seconds: 60), timeZone: "Europe/Berlin")]) }
        let (status, next) = Self.status(wrong)
        let valid = try #require(status.conditions["Valid"])
        #expect(status.state == .invalid && status.window == nil && next == nil)
        #expect(
            valid.message
                == "Can't be read, and holds all that it covers until it can: spec.freeze.windows[0].timeZone: Europe/Berlin can't be read from "
                + "/nowhere: no such file; install tzdata there, name another --zone-directory, correct the name, or use UTC")
        let later = Self.now + .seconds(60)
        #expect(Self.status(wrong, before: status, now: later).status == status)
        let mended = Self.status(Self.nightly, before: status, now: later).status
        #expect(mended.conditions["Valid"]?.status == .isTrue && mended.conditions["Valid"]?.lastTransitionTime == later)
    }

    @Test("A zone is read from the directory that was named, as soon as its file is there")
    func directory() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let zones = ZoneDatabase(directory: directory)
            #expect(throws: TimeZoneError.self) { try zones.zone("Test/East") }
            // RFC 8536, version 1: no transitions, one type, two hours east of UTC.
            let counts: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
            let bytes = Array("TZif".utf8) + Array(repeating: 0, count: 16) + counts + [0, 0, 0x1C, 0x20, 0, 0] + Array("TST\0".utf8)
            try FileManager.default.createDirectory(atPath: "\(directory)/Test", withIntermediateDirectories: false)
            try Data(bytes).write(to: URL(filePath: "\(directory)/Test/East"))
            #expect(try zones.zone("Test/East").offset(at: 0) == 7200)
        }
    }

    @Test("A budget tells the classes with the least left first; where one has none left the guard is exhausted")
    func budgets() {
        let budget = Self.read { $0.budget = UnprovenBudget(.count(2)) }
        let groups = (0..<12).map { BudgetGroup(hostClass: "class-\($0)", unproven: 0, allowed: 2, hosts: 10 + $0) }
        let open = Self.status(budget, .init(groups: groups)).status
        #expect(open.state == .open && open.budget?.groups.count == 8 && open.budget?.more == 4)
        #expect(open.budget?.summary == "class-0 0/2 of 10 and 11 more")
        let used = groups + [BudgetGroup(hostClass: "edge", unproven: 3, allowed: 2, hosts: 20)]
        let exhausted = Self.status(budget, .init(groups: used, held: ["b/y", "a/x"])).status
        #expect(exhausted.state == .exhausted && exhausted.budget?.summary == "edge 3/2 of 20 and 12 more")
        #expect(exhausted.held.names == ["a/x", "b/y"] && exhausted.held.count == 2)
        let all = Self.status(budget, .init(groups: [BudgetGroup(hostClass: nil, unproven: 1, allowed: 2, hosts: 20)])).status
        #expect(all.budget?.summary == "1/2 of 20")
        #expect(Self.status(budget, .init(groups: [])).status.budget?.summary == "no hosts")
    }

    @Test("However much it holds, it stays small and fits its schema")
    func size() {
        let long = String(repeating: "x", count: 60)
        let wrong = Self.read { spec in
            spec.freeze = Freeze((0..<64).map { _ in FreezeWindow(duration: Period(seconds: 60), timeZone: "Nowhere/\(long.prefix(50))") })
        }
        let groups = (0..<500).map {
            BudgetGroup(hostClass: "\(long.prefix(36))-\($0)", unproven: 100_000, allowed: 10_000, hosts: 1_000_000)
        }
        let held = (0..<10_000).map { "\(long)\($0 % 9)/\(long.prefix(45))-\($0)" }
        let status = Self.status(wrong, .init(groups: groups, held: held)).status
        #expect(status.json.text().utf8.count < 5000, "\(status.json.text().utf8.count)")
        var written = RolloutGuard(metadata: ObjectMeta(name: "edge"), spec: wrong.spec)
        written.status = status
        #expect(RolloutGuard.objections(to: written.json) == [])
    }
}

import GraftAPI
import KubeCore

/// What the status of a RolloutGuard says: a function of the guard, of what it counts and holds, and the time.
enum GuardReader {
    /// What is counted beside the guard itself.
    struct Counted {
        /// Unset without a budget.
        var groups: [BudgetGroup]?
        /// `namespace/name` of the deployments that it holds.
        var held: [String] = []
    }

    /// - Parameters:
    ///   - before: as it was told last; conditions keep their times.
    /// - Returns: the status, and when it becomes another by time alone: an edge of a window, and nothing else.
    static func status(
        of rollouts: ReadGuard, generation: Int64?, before: RolloutGuardStatus, zones: ZoneDatabase, counted: Counted, now: Timestamp
    ) -> (status: RolloutGuardStatus, next: Timestamp?) {
        let (windows, problems) = rollouts.calendar(zones)
        let period = FreezeCalendar(windows).period(from: now)
        var status = RolloutGuardStatus()
        status.observedGeneration = generation
        status.window = period.map { window($0.hold, $0.window.timeZone, $0.zone, now: now) }
        status.budget = counted.groups.map(use)
        status.held = HeldDeployments(counted.held)
        let isExhausted = counted.groups?.contains { $0.left == 0 } ?? false
        let isFrozen = status.window?.isActive ?? false
        status.state = !problems.isEmpty ? .invalid : isFrozen ? .frozen : isExhausted ? .exhausted : .open
        status.conditions = before.conditions
        status.conditions.set(
            Condition(
                type: RolloutGuardStatus.valid, status: problems.isEmpty ? .isTrue : .isFalse,
                reason: problems.isEmpty ? "Read" : "Unreadable", message: problems.isEmpty ? "All of it is read." : sentence(problems),
                observedGeneration: generation, lastTransitionTime: now.wholeSeconds))
        return (status, period.flatMap { $0.hold.since <= now ? $0.hold.until : $0.hold.since })
    }

    private static func sentence(_ problems: [String]) -> String {
        let text = "Can't be read, and holds all that it covers until it can: " + problems.joined(separator: "; ")
        return String(text.unicodeScalars.prefix(1024))
    }

    /// Without fractions of seconds: what is written is what is read back.
    private static func window(
        _ hold: FreezeCalendar.Hold, _ name: String, _ zone: TimeZoneInformation, now: Timestamp
    ) -> GuardWindow {
        var window = GuardWindow()
        window.isActive = hold.since <= now
        window.from = hold.since.wholeSeconds
        window.until = hold.until?.wholeSeconds
        window.timeZone = name
        let end = hold.until.map { "to \(clock($0, zone))" } ?? "without an end"
        window.summary = "\(clock(hold.since, zone)) \(end) \(name)"
        return window
    }

    /// `2026-03-27 18:00`, by the clocks of a zone.
    private static func clock(_ time: Timestamp, _ zone: TimeZoneInformation) -> String {
        let seconds = time.wholeSeconds.microseconds / 1_000_000
        let shown = Timestamp(seconds: seconds + zone.offset(at: seconds)).description
        return String(shown.prefix(16).map { $0 == "T" ? " " : $0 })
    }

    private static func use(_ groups: [BudgetGroup]) -> BudgetUse {
        let sorted = groups.sorted { ($0.left, $0.hostClass ?? "") < ($1.left, $1.hostClass ?? "") }
        var use = BudgetUse()
        use.groups = Array(sorted.prefix(BudgetUse.groupLimit))
        use.more = sorted.count - use.groups.count
        guard let first = sorted.first else {
            use.summary = "no hosts"
            return use
        }
        let name = first.hostClass.map { "\($0) " } ?? ""
        let others = sorted.count > 1 ? " and \(sorted.count - 1) more" : ""
        use.summary = "\(name)\(first.unproven)/\(first.allowed) of \(first.hosts)\(others)"
        return use
    }
}

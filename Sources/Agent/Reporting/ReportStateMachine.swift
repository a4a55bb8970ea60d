import GraftAPI

/// Decides when a host's status is written: at once when something came to its end, and of what is still under way once, and
/// only when it takes longer.
struct ReportStateMachine: Sendable {
    enum Next: Sendable, Hashable {
        case wait(until: Duration?)
        case write(ModuleHostStatus)
    }

    /// So that slots that end together are one write.
    var coalescing = Duration.milliseconds(20)
    /// What ends within it is not reported as being under way.
    var patience = Duration.seconds(1)
    /// After which a step under way is reported although one was reported before.
    var longPatience = Duration.seconds(30)
    /// What is staged ahead is told when it is done; that it is under way only after this: longer than a fleet takes its turns.
    var aheadPatience = Duration.seconds(120)

    private var reports: [String: SlotReport] = [:]
    private var written: ModuleHostStatus?
    private var changedAt: Duration?
    private var finalAt: Duration?
    private var notBefore = Duration.zero
    private(set) var failures = 0

    /// What is to be written, all slots in one.
    var wanted: ModuleHostStatus {
        var status = ModuleHostStatus()
        let sorted = reports.values.sorted { $0.slot < $1.slot }
        status.slots = sorted.compactMap(\.status)
        status.summary = String(sorted.compactMap(\.summary).joined(separator: ", ").prefix(1024))
        return status
    }

    mutating func changed(_ report: SlotReport, now: Duration) {
        guard reports[report.slot] != report else { return }
        reports[report.slot] = report
        if changedAt == nil { changedAt = now }
        if finalAt == nil, isFinal(report) { finalAt = now }
    }

    /// Something other than what is already written came to its end.
    private func isFinal(_ report: SlotReport) -> Bool {
        let before = written?.slots.first { $0.name == report.slot }
        guard var status = report.status else { return before != nil }
        if status.trust?.state != before?.trust?.state, before != nil { return true }
        guard status.target.map({ !Self.isUnderWay($0.state) }) ?? true else { return false }
        // What else is staged is worth a line, but no hurry.
        status.staged = before?.staged ?? []
        // That something is on its way here ahead of its turn, and for which rollout, is told with what came of it.
        if let before, status.ahead?.state == .staging {
            status.ahead = before.ahead
            status.rollout = before.rollout
        }
        return status != before
    }

    static func isUnderWay(_ state: SlotTarget.State) -> Bool {
        switch state {
        case .fetching, .verifying, .staged, .activating, .probing: true
        case .empty, .active, .failed, .reverted, .unsupported, .held: false
        }
    }

    func next(now: Duration) -> Next {
        guard let changedAt, wanted != written, !(wanted.slots.isEmpty && written == nil) else { return .wait(until: nil) }
        let due = max(finalAt.map { $0 + coalescing } ?? changedAt + patienceNow, notBefore)
        return now >= due ? .write(wanted) : .wait(until: due)
    }

    private var patienceNow: Duration {
        let wanted = wanted
        let isOnlyAhead =
            wanted.slots.contains { $0.ahead?.state == .staging }
            && !wanted.slots.contains { $0.target.map { Self.isUnderWay($0.state) } ?? false }
        if isOnlyAhead { return aheadPatience }
        return wasReportedUnderWay ? longPatience : patience
    }

    /// The same loads were reported as being under way already.
    private var wasReportedUnderWay: Bool {
        guard let written else { return false }
        return wanted.slots.allSatisfy { slot in
            guard let target = slot.target, Self.isUnderWay(target.state) else { return true }
            let before = written.slots.first { $0.name == slot.name }
            return before?.rollout == slot.rollout && before?.target?.revision == target.revision
                && before?.target.map { Self.isUnderWay($0.state) } ?? false
        }
    }

    mutating func wrote(_ status: ModuleHostStatus, now: Duration) {
        written = status
        failures = 0
        changedAt = wanted == status ? nil : now
        finalAt = nil
        guard changedAt != nil else { return }
        if reports.values.contains(where: { isFinal($0) }) { finalAt = now }
    }

    /// - Parameter pause: how long to wait before the next try.
    mutating func failed(now: Duration, pause: (_ failures: Int) -> Duration) {
        failures += 1
        notBefore = now + pause(failures)
    }

    /// The object is gone or was replaced: what was written is not there any more.
    mutating func forget(now: Duration) {
        written = nil
        changedAt = now
        finalAt = now
    }
}

import GraftAPI
import KubeCore

/// Keeps a status small, whatever hosts, registries and people say and however much is measured: what is there to be read alone is given up, the least
/// important first. Twice over comes to the same.
enum StatusBounds {
    /// Bytes of a status in all, and of it without the sentences that are made anew with each decision.
    static let most = 19_900
    private static let mostState = 16_000

    /// Bounds what is remembered from one decision to the next. What the engine decides by (cutoffs, hosts, counters) is never touched.
    static func boundState(_ status: inout ModuleDeploymentStatus) {
        guard mayBeLarge(status) else { return }
        var rest = status
        (rest.message, rest.conditions) = ("", [])
        // What is made anew with each decision is cut last, and as far each time: else the next one, which finds what is remembered cut, would cut
        // less of it.
        func leastSize() -> Int {
            var least = rest
            for step in renewed { step(&least, .max) }
            return least.writtenSize
        }
        for step in remembered where leastSize() > mostState { step(&rest) }
        for step in renewed where rest.writtenSize > mostState { step(&rest, rest.writtenSize - mostState) }
        (rest.message, rest.conditions) = (status.message, status.conditions)
        status = rest
    }

    /// Bounds the sentences about why it is where it is, which conditions repeat.
    static func boundSentences(_ status: inout ModuleDeploymentStatus) {
        guard mayBeLarge(status), status.writtenSize > most else { return }
        for (message, conditions) in [(800, 400), (500, 200), (300, 80)] {
            status.message = status.message.bounded(to: message)
            for index in status.conditions.indices {
                status.conditions[index].message = status.conditions[index].message.bounded(to: conditions)
            }
            if status.writtenSize <= most { return }
        }
    }

    /// What a rollout remembers, in this order, until the rest fits.
    private static let remembered: [@Sendable (inout ModuleDeploymentStatus) -> Void] = [
        { boundPreflight(&$0, failures: 3, text: 60) }, boundReasons, { boundPreflight(&$0, failures: 0, text: 0) },
        { shortenChecks(&$0, CheckBounds.silent) }, { shortenChecks(&$0, CheckBounds.mute) },
    ]
    /// What follows from objects, in this order, until it fits. The second argument: bytes that are too many.
    private static let renewed: [@Sendable (inout ModuleDeploymentStatus, Int) -> Void] = [
        dropHistory, { status, _ in boundTrust(&status) }, { status, _ in boundUsedHistory(&status) },
    ]

    /// The oldest revisions that nothing is about any more, as many as are too many.
    private static func dropHistory(_ status: inout ModuleDeploymentStatus, _ excess: Int) {
        let used = Set([status.stable, status.canary, status.previous].compactMap { $0?.revision })
        var left = excess
        for index in status.history.indices.reversed() where left > 0 && !used.contains(status.history[index].revision) {
            left -= status.history[index].writtenSize
            status.history.remove(at: index)
        }
    }

    private static func boundPreflight(_ status: inout ModuleDeploymentStatus, failures: Int, text: Int) {
        guard var found = status.rollout?.preflight else { return }
        found.failures = found.failures.prefix(failures).map { failure in
            var failure = failure
            failure.message = failure.message.bounded(to: text)
            return failure
        }
        status.rollout?.preflight = found
    }

    private static func shortenChecks(_ status: inout ModuleDeploymentStatus, _ shorten: ([CheckStatus]) -> [CheckStatus]) {
        guard let checks = status.rollout?.checks else { return }
        status.rollout?.checks = shorten(checks)
    }

    private static func boundReasons(_ status: inout ModuleDeploymentStatus) {
        if var rollout = status.rollout {
            rollout.reason = rollout.reason?.bounded(to: 300)
            rollout.overdue = rollout.overdue?.bounded(to: 300)
            rollout.freezeOverride = rollout.freezeOverride?.bounded(to: 200)
            status.rollout = rollout
        }
    }

    private static func boundTrust(_ status: inout ModuleDeploymentStatus) {
        guard var trust = status.trust else { return }
        trust.summary = trust.summary.bounded(to: 200)
        trust.revisions = trust.revisions.map { revision in
            var revision = revision
            revision.message = revision.message.bounded(to: 200)
            return revision
        }
        status.trust = trust
    }

    /// Each revision's own object says it whole.
    private static func boundUsedHistory(_ status: inout ModuleDeploymentStatus) {
        for index in status.history.indices {
            status.history[index].message = status.history[index].message?.bounded(to: 60)
            status.history[index].source = status.history[index].source.bounded(to: 120)
        }
    }

    /// Reckoned from counts and lengths, and rather too much: most statuses are small, and are not written out to be measured.
    private static func mayBeLarge(_ status: ModuleDeploymentStatus) -> Bool {
        var size = 3000 + status.history.reduce(0) { $0 + $1.writtenSize } + status.message.utf8.count
        for condition in status.conditions { size += 200 + condition.message.utf8.count }
        for revision in status.trust?.revisions ?? [] { size += 600 + revision.message.utf8.count }
        guard let rollout = status.rollout else { return size > 12_000 }
        size += (rollout.reason?.utf8.count ?? 0) + (rollout.overdue?.utf8.count ?? 0) + (rollout.traffic == nil ? 0 : 2000)
        size += 60 * (rollout.wave.from.count + rollout.wave.below.count + rollout.wave.goal.count)
        size += 100 * (rollout.lostHosts.count + rollout.vanishedHosts.count)
        size += 600 * (rollout.preflight?.failures.count ?? 0)
        for check in rollout.checks { size += 600 + 800 * (check.result?.metrics.count ?? 0) }
        return size > 12_000
    }
}

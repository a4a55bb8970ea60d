import KubeCore

/// Who leads, by a Lease. Pure: it is told what was read and written, and when, and says what to do.
///
/// Times are our own monotonic clock's: a lease has run out when it has not changed for its whole duration *since we saw it
/// change*. What it says about times is for people. This does not fence: writes need preconditions of their own.
struct LeaderElectionStateMachine: Sendable {
    enum Action: Sendable, Hashable {
        case pause(Duration)
        case read
        case create(Lease.Spec)
        case update(Lease.Spec, Preconditions)
        /// Leadership is over; the text says why.
        case lost(String)
    }

    struct Seen: Sendable {
        var lease: Lease
        /// When we saw it change last.
        var changedAt: Duration
    }

    let identity: String
    let timing: LeaderElection.Timing
    private var seen: Seen?
    /// Whether there is no lease.
    private var isMissing = false
    /// Whether what was seen must be read anew before it is decided on.
    private var isStale = true
    /// When the last write that made or kept us leader was sent; nil while we don't lead.
    private(set) var renewedAt: Duration?
    private var pause: Duration?
    private var lostReason: String?

    init(identity: String, timing: LeaderElection.Timing) {
        self.identity = identity
        self.timing = timing
    }

    /// Whether we lead, as far as we have found out; `isLeading(at:)` also when nobody has looked at the clock for a while.
    var isLeading: Bool { renewedAt != nil && lostReason == nil }
    func isLeading(at now: Duration) -> Bool { isLeading && mustRenewBefore.map { now < $0 } ?? false }
    var holder: String? { seen?.lease.spec.holderIdentity }

    /// When leadership ends unless it is renewed.
    var mustRenewBefore: Duration? { renewedAt.map { $0 + timing.renewDeadline } }

    mutating func next(now: Duration, wallTime: Timestamp, random: Double) -> Action {
        if let lostReason { return .lost(lostReason) }
        if let end = mustRenewBefore, now >= end {
            lostReason = "the lease could not be renewed for \(timing.renewDeadline)"
            return .lost(lostReason!)
        }
        if let pause {
            self.pause = nil
            return .pause(mustRenewBefore.map { min(pause, $0 - now) } ?? pause)
        }
        if isStale { return .read }
        guard let seen, !isMissing else { return .create(spec(after: nil, wallTime)) }
        let held = seen.lease.spec
        let isFree = (held.holderIdentity ?? "").isEmpty || held.holderIdentity == identity
        let duration = held.leaseDurationSeconds.map { Duration.seconds($0) } ?? timing.leaseDuration
        if isFree || now >= seen.changedAt + duration {
            return .update(spec(after: held, wallTime), Preconditions(of: seen.lease))
        }
        // Another holds it: look again soon, not all at the same time, and at the very moment when it has run out.
        isStale = true
        return .pause(min(between(random), seen.changedAt + duration - now))
    }

    /// The lease was read; nil: there is none.
    mutating func read(_ lease: Lease?, now: Duration) {
        isStale = false
        isMissing = lease == nil
        guard let lease else {
            if isLeading { lostReason = "the lease was deleted" }
            return
        }
        if seen?.lease.metadata.resourceVersion != lease.metadata.resourceVersion || seen?.lease.metadata.uid != lease.metadata.uid {
            seen = Seen(lease: lease, changedAt: now)
        }
        if isLeading, lease.spec.holderIdentity != identity {
            lostReason = "\(lease.spec.holderIdentity ?? "nobody") holds the lease now"
        }
    }

    /// Our write was accepted: we lead.
    mutating func wrote(_ lease: Lease, sentAt: Duration, now: Duration) {
        seen = Seen(lease: lease, changedAt: now)
        isMissing = false
        isStale = false
        renewedAt = sentAt
        pause = timing.retryPeriod
    }

    /// Somebody else wrote first.
    mutating func conflicted() { isStale = true }

    /// A request failed for another reason.
    /// - Parameter took: how long that was waited for: it counts as part of the pause.
    mutating func failed(random: Double, took: Duration = .zero) {
        isStale = renewedAt == nil
        let rest = between(random) - took
        pause = rest > .zero ? rest : nil
    }

    /// Between two tries: never longer than the period, so that a lease that is given up is seen within it.
    private func between(_ random: Double) -> Duration { timing.retryPeriod * (0.95 - 0.2 * random) }

    /// What to write to give the lease up; nil when we don't hold it.
    func release(wallTime: Timestamp) -> (Lease.Spec, Preconditions)? {
        guard isLeading, let lease = seen?.lease, lease.spec.holderIdentity == identity else { return nil }
        var spec = lease.spec
        spec.holderIdentity = ""
        spec.leaseDurationSeconds = 1
        spec.renewTime = wallTime
        return (spec, Preconditions(of: lease))
    }

    private func spec(after held: Lease.Spec?, _ wallTime: Timestamp) -> Lease.Spec {
        let isOurs = held?.holderIdentity == identity
        return Lease.Spec(
            holderIdentity: identity, leaseDurationSeconds: Int(timing.leaseDuration.components.seconds),
            acquireTime: isOurs ? held?.acquireTime ?? wallTime : wallTime, renewTime: wallTime,
            leaseTransitions: (held?.leaseTransitions ?? 0) + (isOurs || held == nil ? 0 : 1))
    }
}

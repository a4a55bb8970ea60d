/// Tells which revision ran in a slot for the whole of the time between two looks at its host.
///
/// What grew while something was switched is nobody's: a request of that time may have been served by either. So nothing that the stable revision served is
/// ever counted as the canary's, at the cost of one interval a switch.
struct SlotLooks: Sendable {
    private struct Look: Sendable {
        var stamp: Int
        var at: Duration
    }

    private var last: [String: Look] = [:]

    /// Takes a look that succeeded.
    /// - Parameters:
    ///   - before: what served when the host was asked.
    ///   - after: what served when it had answered.
    ///   - now: when it had answered.
    /// - Returns: what ran since the last look, and when that was; nil when that can't be said.
    mutating func look(
        at slot: String, before: ServingBoard.Serving, after: ServingBoard.Serving, now: Duration
    ) -> (revision: InstalledRevision, since: Duration)? {
        guard before.stamp == after.stamp, let revision = after.revision else {
            last[slot] = nil
            return nil
        }
        defer { last[slot] = Look(stamp: after.stamp, at: now) }
        guard let look = last[slot], look.stamp == after.stamp else { return nil }
        return (revision, look.at)
    }

    mutating func forget() { last = [:] }
}

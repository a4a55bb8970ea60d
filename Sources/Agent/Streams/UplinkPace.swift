import KubeRuntime

/// When an agent tells the controller something again. Pure: the same chance, the same pause.
///
/// Agents that failed together don't come back together, and a fleet whose controller begins anew does not keep it from beginning: each further round in
/// which no replica led tries fewer of them.
package struct UplinkPace: Sendable, Hashable {
    /// Between two looks at the host.
    package var interval: Duration
    /// Rounds in succession in which the controller has taken nothing.
    private var failures = 0

    /// How often another replica is tried in the first round in which one says that it doesn't lead.
    package static let mostTries = 6

    package init(interval: Duration) { self.interval = interval }

    /// Replicas that are tried in this round.
    package var tries: Int { max(1, Self.mostTries >> (failures * 2)) }

    /// Before the next replica is tried.
    package func untilNextReplica(_ random: Double) -> Duration { .milliseconds(100 + Int(400 * random)) }

    /// It took what it was told.
    /// - Parameters:
    ///   - isWanted: whether it wants to be told anything.
    ///   - again: when it wants to be asked, if not.
    package mutating func taken(isWanted: Bool, again: Duration, _ random: Double) -> Duration {
        failures = 0
        return (isWanted ? interval : again) * (0.95 + 0.1 * random)
    }

    /// It did not.
    package mutating func failed(_ random: Double) -> Duration {
        failures = min(failures + 1, 30)
        return max(interval * (0.75 + 0.5 * random), Backoff(base: .seconds(1), cap: .seconds(30)).delay(failures, random: random))
    }

    /// Nothing is to be told for the time being.
    package mutating func rest() { failures = 0 }
}

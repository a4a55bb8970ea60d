/// Whether so many hosts vanished that nobody can be blamed.
struct FleetHealth: Hashable {
    var ready: Int
    /// Not Ready, those left out that the module is suspected of.
    var absent: Int
    /// Vanished while they soaked.
    var lost: Int
    /// Asked nothing, and vanished since the wave was opened.
    var vanishedBystanders: Int

    /// One host that is down is no outage of the fleet, however small that is.
    static let fewestAbsent = 2
    static let leastReadyPercent = 80

    init(_ roster: Roster, absentBystanders: Int) {
        ready = roster.placed { $0.isReady && $0.standing != .lost }.count
        absent = roster.placed { !$0.isReady && $0.standing != .lost }.count
        lost = roster.count(of: .lost)
        vanishedBystanders = max(0, roster.placed { !$0.isReady && !$0.isAsked && $0.standing != .lost }.count - absentBystanders)
    }

    /// Fewer than 80 % are Ready, or at least as many hosts vanished that were asked nothing as hosts that were.
    var isUnhealthy: Bool {
        if lost > 0, vanishedBystanders >= lost { return true }
        return absent >= FleetHealth.fewestAbsent && ready * 100 < FleetHealth.leastReadyPercent * (ready + absent)
    }
}

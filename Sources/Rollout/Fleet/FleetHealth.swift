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

    init(_ roster: Roster, absentBystanders: Int, isAsked: (Roster.Entry) -> Bool) {
        var health = (ready: 0, absent: 0, lost: 0, bystanders: 0)
        for entry in roster.entries {
            if entry.standing == .lost {
                health.lost += 1
            } else if entry.member.host.isReady {
                health.ready += 1
            } else {
                health.absent += 1
                if !isAsked(entry) { health.bystanders += 1 }
            }
        }
        ready = health.ready
        absent = health.absent
        lost = health.lost
        vanishedBystanders = max(0, health.bystanders - absentBystanders)
    }

    /// Fewer than 80 % are Ready, or at least as many hosts vanished that were asked nothing as hosts that were.
    var isUnhealthy: Bool {
        if lost > 0, vanishedBystanders >= lost { return true }
        return absent >= FleetHealth.fewestAbsent && ready * 100 < FleetHealth.leastReadyPercent * (ready + absent)
    }
}

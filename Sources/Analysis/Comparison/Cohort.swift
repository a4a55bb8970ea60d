/// What hosts must have in common to be held against each other.
package struct Stratum: Hashable, Sendable, CustomStringConvertible {
    package var zone: String
    package var hostClass: String
    package var runtimeVersion: String

    package init(zone: String = "", hostClass: String = "", runtimeVersion: String = "") {
        self.zone = zone
        self.hostClass = hostClass
        self.runtimeVersion = runtimeVersion
    }

    package var description: String {
        [zone, hostClass, runtimeVersion].map { $0.isEmpty ? "-" : $0 }.joined(separator: "/")
    }
}

/// Which of the two a host is.
package enum Arm: Hashable, Sendable, CaseIterable {
    /// Runs the stable revision.
    case control
    /// Runs the revision that is rolled out.
    case canary
}

/// What a host served: so many requests, and how many of them were bad, that is failed or slow.
package struct Tally: Hashable, Sendable {
    package var total: Int
    /// At most `total`.
    package var bad: Int

    /// Beyond it nothing is counted: what is added up never overflows.
    private static let greatest = 1 << 60

    package init(total: Int = 0, bad: Int = 0) {
        self.total = min(max(0, total), Self.greatest)
        self.bad = min(max(0, bad), self.total)
    }

    package static func + (left: Tally, right: Tally) -> Tally { Tally(total: left.total + right.total, bad: left.bad + right.bad) }
    package static func += (left: inout Tally, right: Tally) { left = left + right }

    /// What one host tells of one window. More than any host serves counts as that, with the same share of bad ones: so no host that tells nonsense
    /// outweighs a fleet, or makes the comparison reckon for minutes.
    init(told total: Double, bad: Double) {
        let scale = min(1, Self.mostTold / max(total, 1))
        self.init(total: Int((total * scale).rounded()), bad: Int((min(bad, total) * scale).rounded()))
    }

    static let mostTold = 1e9

    package var rate: Double { total > 0 ? Double(bad) / Double(total) : 0 }
}

/// What one host served in one window.
package struct HostTally: Hashable, Sendable {
    package var host: String
    package var stratum: Stratum
    package var arm: Arm
    package var tally: Tally

    package init(host: String, stratum: Stratum, arm: Arm, tally: Tally) {
        self.host = host
        self.stratum = stratum
        self.arm = arm
        self.tally = tally
    }
}

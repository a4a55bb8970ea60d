import GraftAPI

/// The hosts of a deployment in the order of their ranks under one salt.
struct Fleet {
    struct Member {
        var host: HostFacts
        var rank: Rank
        /// Its zone; empty while waves are not spread over zones.
        var group: String
    }

    let salt: String
    let members: [Member]
    /// Zones that waves are spread over, sorted; empty when they are not.
    let groups: [String]

    /// A plan holds at most 32 cutoffs, one of them for the rest.
    static let mostZones = 31

    init(_ hosts: [HostFacts], salt: String) {
        self.salt = salt
        let zones = Set(hosts.lazy.map(\.zone))
        let isZoned = zones.count > 1 && zones.count <= Fleet.mostZones
        groups = isZoned ? zones.sorted() : []
        members =
            hosts.map { Member(host: $0, rank: Rank(salt: salt, host: $0.name), group: isZoned ? $0.zone : "") }
            .sorted { ($0.rank.value, $0.host.name) < ($1.rank.value, $1.host.name) }
    }
}

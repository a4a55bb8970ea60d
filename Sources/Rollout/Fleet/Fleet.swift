import GraftAPI

/// The hosts of a deployment in the order of their ranks under one salt. A member names its host by index: a hundred thousand are sorted
/// and walked without copying one.
struct Fleet {
    struct Member {
        /// Its place: among the hosts of its group by rank, and groups by their order.
        var rank: Rank
        /// Index into `hosts`.
        var host: Int32
        /// Index into `zones`.
        var zone: Int32
    }

    let salt: String
    let order: HostOrder?
    /// As observed, in no order.
    let hosts: [HostFacts]
    let members: [Member]
    /// The zones of all hosts, sorted.
    let zones: [String]
    /// Whether waves are spread over zones.
    var isZoned: Bool { zones.count > 1 && zones.count <= Fleet.mostZones }

    /// A plan holds at most 32 cutoffs, one of them for the rest.
    static let mostZones = 31

    /// The level of the group that comes first; 0 where there is no order.
    var topLevel: Int { order?.topLevel ?? 0 }

    init(_ hosts: [HostFacts], salt: String, order: HostOrder? = nil) {
        self.salt = salt
        self.order = order
        self.hosts = hosts
        let zones = Set(hosts.lazy.map(\.zone)).sorted()
        self.zones = zones
        let places = Dictionary(uniqueKeysWithValues: zones.indices.map { (zones[$0], Int32($0)) })
        let reckoner = RankReckoner(salt: salt)
        var members: [Member] = []
        members.reserveCapacity(hosts.count)
        for index in hosts.indices {
            let zone = zones.count == 1 ? 0 : places[hosts[index].zone] ?? 0
            let rank = reckoner.rank(of: hosts[index].name)
            let place = order.map { rank.atLevel($0.level(of: hosts[index].labels)) } ?? rank
            members.append(Member(rank: place, host: Int32(index), zone: zone))
        }
        members.sort { left, right in
            left.rank == right.rank ? hosts[Int(left.host)].name < hosts[Int(right.host)].name : left.rank < right.rank
        }
        self.members = members
    }
}

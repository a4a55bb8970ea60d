package import GraftAPI
import KubeCore

/// The hosts of a deployment, of which a hundred thousand are known, ranked, counted and changed one at a time.
///
/// A value: who holds a copy sees what it was when it was copied. What hosts have in common is kept once (`HostKinds`), and hosts lie in
/// chunks in the order of their places, so that a change, with a copy held elsewhere or not, touches one chunk: a few hundred hosts. What
/// was worked out is kept: ranks as long as salt and order are the same, standings as long as what is asked of hosts is the same.
package struct FleetIndex: Sendable {
    struct Member {
        /// Its place: among the hosts of its group by rank, and groups by their order. 0 while nothing was ranked.
        var rank: Rank
        var name: String
        var lastSeen: Timestamp?
        /// Number of its kind.
        var kind: Int32
    }

    /// Neighbours by place.
    struct Chunk {
        var members: ContiguousArray<Member>
        /// Their places, and those that any of them has; none while they must be worked out.
        var codes: ContiguousArray<UInt8> = []
        var present = PlaceSet()
        var isCurrent = false
    }

    var kinds = HostKinds()
    var chunks = PagedArray<Chunk>()
    /// How many hosts there are.
    package internal(set) var count = 0
    /// What ranks were reckoned with; nil: with nothing yet.
    var reckoner: RankReckoner?
    var salt: String?
    /// Which hosts come first, by a label; nil: by rank alone.
    var order: HostOrder?
    /// What places were worked out for.
    var asked: AskedHosts?
    /// Of all hosts. Else somewhere they must be.
    var areAllPlaced = false
    var census = Census()
    /// When Ready hosts were last seen is as of this moment. Otherwise some may have been seen since: whoever was seen lately enough was, and of
    /// the others one must ask.
    package var areSignsCurrent = true

    /// Full chunks are cut in two.
    static let chunkSize = 256
    /// How many a chunk has at first: there is room for hosts that join.
    static let chunkFilling = 192

    /// - Parameters:
    ///   - hosts: each name once.
    ///   - salt: by which decisions will rank them, where that is known: they are brought into that order while they are taken in.
    ///   - order: by which decisions will group them.
    package init(_ hosts: some Sequence<HostFacts>, salt: String? = nil, order: HostOrder? = nil) {
        var intake = Intake(hosts.underestimatedCount, salt: salt)
        // Where they lie in memory already, without a copy of each.
        let areTakenIn: Void? = hosts.withContiguousStorageIfAvailable { intake.takeIn($0) }
        if areTakenIn == nil { for host in hosts { withUnsafePointer(to: host) { intake.takeIn($0) } } }
        kinds = intake.kinds
        count = intake.members.count
        guard let salt, let reckoner = intake.reckoner else {
            chunks = FleetIndex.chunks(of: intake.members)
            return
        }
        (self.salt, self.order, self.reckoner) = (salt, order, reckoner)
        lay(&intake.members)
    }

    /// Hosts on their way into an index.
    private struct Intake {
        var kinds = HostKinds()
        /// In the order in which they came, with the ranks of their names, where there is a salt.
        var members: ContiguousArray<Member> = []
        let reckoner: RankReckoner?
        private var recent = RecentKinds()

        init(_ count: Int, salt: String?) {
            reckoner = salt.map(RankReckoner.init)
            members.reserveCapacity(count)
        }

        mutating func takeIn(_ hosts: UnsafeBufferPointer<HostFacts>) {
            guard let first = hosts.baseAddress else { return }
            for index in 0..<hosts.count { takeIn(first + index) }
        }

        mutating func takeIn(_ host: UnsafePointer<HostFacts>) {
            let kind = kinds.add(host, recent: &recent)
            // While its name is at hand.
            let rank = reckoner?.rank(of: host.pointee.name) ?? .first
            members.append(Member(rank: rank, name: host.pointee.name, lastSeen: host.pointee.lastSeen, kind: kind))
        }
    }

    private static func chunks(of members: ContiguousArray<Member>) -> PagedArray<Chunk> {
        PagedArray(
            stride(from: 0, to: members.count, by: chunkFilling).map { start in
                Chunk(members: ContiguousArray(members[start..<Swift.min(start + chunkFilling, members.count)]))
            })
    }

    package var isEmpty: Bool { count == 0 }

    /// What is known of hosts, each kind once, with the number of its hosts: names and moments are not set.
    var byKind: HostKinds.Counted { kinds.counted }

    /// Of all hosts, sorted.
    var zones: [String] { kinds.zones }
    /// Whether waves are spread over zones.
    var isZoned: Bool { zones.count > 1 && zones.count <= FleetIndex.mostZones }

    /// The level of the group that comes first; 0 where there is no order.
    var topLevel: Int { order?.topLevel ?? 0 }

    /// A plan holds at most 32 cutoffs, one of them for the rest.
    static let mostZones = 31

    /// The first by name of the hosts of which something holds that is known of their kind.
    func firstByName(ofKind matches: (HostFacts) -> Bool) -> HostFacts? {
        let isMatching = kinds.matching(matches)
        guard isMatching.contains(true) else { return nil }
        var first: Member?
        for chunk in chunks {
            for member in chunk.members where isMatching[Int(member.kind)] {
                if let least = first, least.name <= member.name { continue }
                first = member
            }
        }
        return first.map(facts)
    }

    func facts(of member: Member) -> HostFacts {
        var facts = kinds[member.kind]
        facts.name = member.name
        facts.lastSeen = member.lastSeen
        return facts
    }
}

extension FleetIndex: Sequence {
    /// In no order.
    package func makeIterator() -> Iterator { Iterator(self) }

    package struct Iterator: IteratorProtocol {
        private let fleet: FleetIndex
        private var chunk = 0
        private var offset = 0

        fileprivate init(_ fleet: FleetIndex) { self.fleet = fleet }

        package mutating func next() -> HostFacts? {
            while chunk < fleet.chunks.count {
                if offset < fleet.chunks[chunk].members.count {
                    offset += 1
                    return fleet.facts(of: fleet.chunks[chunk].members[offset - 1])
                }
                (chunk, offset) = (chunk + 1, 0)
            }
            return nil
        }
    }

    package var underestimatedCount: Int { count }
}

extension FleetIndex: ExpressibleByArrayLiteral {
    package init(arrayLiteral hosts: HostFacts...) { self.init(hosts) }
}

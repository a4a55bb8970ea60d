import GraftAPI
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
    var chunks: ContiguousArray<Chunk> = []
    /// How many hosts there are.
    package internal(set) var count = 0
    /// What ranks were reckoned with; nil: with nothing yet.
    var reckoner: RankReckoner?
    var salt: String?
    /// Which hosts come first, by a label; nil: by rank alone.
    var order: HostOrder?
    /// What places were worked out for.
    var asked: Asked?
    /// Of all hosts. Else somewhere they must be.
    var areAllPlaced = false
    var census = Census()
    /// When Ready hosts were last seen is as of this moment. Otherwise some may have been seen since: whoever was seen lately enough was, and of
    /// the others one must ask.
    package var areSignsCurrent = true

    /// One reference to much text: the index is copied often.
    final class Asked: Sendable {
        let assignment: Assignment

        init(_ assignment: Assignment) { self.assignment = assignment }
    }

    /// Full chunks are cut in two.
    static let chunkSize = 256

    /// - Parameter hosts: each name once.
    package init(_ hosts: some Sequence<HostFacts>) {
        var members: ContiguousArray<Member> = []
        for host in hosts {
            members.append(Member(rank: .first, name: host.name, lastSeen: host.lastSeen, kind: kinds.add(host)))
        }
        count = members.count
        chunks = FleetIndex.chunks(of: members) { $0 }
    }

    static func chunks<Element>(of elements: ContiguousArray<Element>, _ member: (Element) -> Member) -> ContiguousArray<Chunk> {
        let size = chunkSize * 3 / 4
        return ContiguousArray(
            stride(from: 0, to: elements.count, by: size).map { start in
                let part = elements[start..<Swift.min(start + size, elements.count)]
                return Chunk(members: ContiguousArray(part.lazy.map(member)))
            })
    }

    package var isEmpty: Bool { count == 0 }

    /// What is known of hosts, each kind once, with the number of its hosts: names and moments are not set.
    package var byKind: some Sequence<(facts: HostFacts, hosts: Int)> { kinds.counted }

    /// Of all hosts, sorted.
    var zones: [String] { kinds.zones }
    /// Whether waves are spread over zones.
    var isZoned: Bool { zones.count > 1 && zones.count <= FleetIndex.mostZones }

    /// The level of the group that comes first; 0 where there is no order.
    var topLevel: Int { order?.topLevel ?? 0 }

    /// A plan holds at most 32 cutoffs, one of them for the rest.
    static let mostZones = 31

    func facts(of member: Member) -> HostFacts {
        var facts = kinds[member.kind]
        facts.name = member.name
        facts.lastSeen = member.lastSeen
        return facts
    }
}

extension FleetIndex: Sequence {
    /// In no order.
    package func makeIterator() -> AnyIterator<HostFacts> {
        AnyIterator(chunks.lazy.flatMap(\.members).map { facts(of: $0) }.makeIterator())
    }

    package var underestimatedCount: Int { count }
}

extension FleetIndex: ExpressibleByArrayLiteral {
    package init(arrayLiteral hosts: HostFacts...) { self.init(hosts) }
}

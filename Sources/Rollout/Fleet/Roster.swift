import GraftAPI
import KubeCore

/// Every host with its standing, in the order of ranks: what decisions are made from.
struct Roster {
    let fleet: FleetIndex
    let assignment: Assignment

    /// Every host.
    let entries: Selection

    init(_ fleet: FleetIndex, _ assignment: Assignment) {
        self.fleet = fleet
        self.assignment = assignment
        entries = Selection(fleet)
    }

    /// Hosts in some places: to be counted, or found first, without a look at the others.
    func placed(_ matches: (Place) -> Bool) -> Selection { entries.placed(matches) }

    func name(_ entry: Entry) -> String { fleet.chunks[Int(entry.chunk)].members[Int(entry.offset)].name }
    func lastSeen(_ entry: Entry) -> Timestamp? { fleet.chunks[Int(entry.chunk)].members[Int(entry.offset)].lastSeen }
    /// What it reported, for people.
    func detail(_ entry: Entry) -> String? { assignment.detail(of: facts(entry), entry.standing) }
    func facts(_ entry: Entry) -> HostFacts { fleet.facts(of: fleet.chunks[Int(entry.chunk)].members[Int(entry.offset)]) }

    /// The host of a name; nil when it is none of these.
    func entry(of name: String) -> Entry? {
        guard let (chunk, offset) = fleet.locate(name) else { return nil }
        let member = fleet.chunks[chunk].members[offset]
        let zone = fleet.kinds.zoneOfKind[Int(member.kind)]
        return Entry(member.rank, zone: zone, Place(code: fleet.chunks[chunk].codes[offset]), chunk, offset)
    }

    /// Hosts that serve any version.
    var active: Int { fleet.byKind.reduce(0) { $1.hasActive ? $0 + $1.hosts : $0 } }
    var eligible: Int { count(\.isEligible) }
    /// What shares of hosts in flight are reckoned of.
    var movable: Int { fleet.census.count(\.isMovable) }
    var settled: Int { count(of: .settled) }
    var inFlight: Int { count(\.isInFlight) }
    var absent: Int { count(of: .absent, .lost, .vanished) }

    func count(of standings: Standing...) -> Int { fleet.census.count { standings.contains($0.standing) } }
    func count(_ matches: (Standing) -> Bool) -> Int { fleet.census.count { matches($0.standing) } }

    /// Hosts of the last wave that it waits for.
    var moving: Selection { placed { $0.isInWave && $0.standing.isMoving } }
}

extension Roster {
    /// Holds no reference, so that a hundred thousand of them are walked fast.
    struct Entry {
        /// Its place: among the hosts of its group by rank, and groups by their order.
        let rank: Rank
        /// Index into `FleetIndex.zones`.
        let zone: Int32
        let place: Place
        fileprivate let chunk: Int32
        fileprivate let offset: Int32

        fileprivate init(_ rank: Rank, zone: Int32, _ place: Place, _ chunk: Int, _ offset: Int) {
            self.rank = rank
            self.zone = zone
            self.place = place
            self.chunk = Int32(chunk)
            self.offset = Int32(offset)
        }

        var standing: Standing { place.standing }
        var isReady: Bool { place.isReady }
        var isAsked: Bool { place.isAsked }
        var isInWave: Bool { place.isInWave }
        var costsBudget: Bool { place.costsBudget }
    }

    /// Hosts in some places, in the order of ranks. Counting them looks at none, and walking them only where there are any.
    struct Selection: Sequence {
        private let chunks: PagedArray<FleetIndex.Chunk>
        private let zoneOfKind: ContiguousArray<Int32>
        private let census: Census
        private var places: PlaceSet

        /// All hosts.
        init(_ fleet: FleetIndex) {
            chunks = fleet.chunks
            zoneOfKind = fleet.kinds.zoneOfKind
            census = fleet.census
            places = census.places { _ in true }
        }

        var count: Int { census.count(places.contains) }
        var isEmpty: Bool { places.isEmpty }
        var first: Entry? { isEmpty ? nil : first(where: { _ in true }) }
        /// Those of them that are in some places.
        func placed(_ matches: (Place) -> Bool) -> Selection {
            var fewer = self
            fewer.places = census.places { places.contains($0) && matches($0) }
            return fewer
        }

        func makeIterator() -> Iterator { Iterator(chunks, zoneOfKind, places) }

        struct Iterator: IteratorProtocol {
            private let chunks: PagedArray<FleetIndex.Chunk>
            private let zoneOfKind: ContiguousArray<Int32>
            private let places: PlaceSet
            private var chunk = -1
            private var offset = 0
            private var codes: ContiguousArray<UInt8> = []
            private var members: ContiguousArray<FleetIndex.Member> = []

            init(_ chunks: PagedArray<FleetIndex.Chunk>, _ zoneOfKind: ContiguousArray<Int32>, _ places: PlaceSet) {
                self.chunks = chunks
                self.zoneOfKind = zoneOfKind
                self.places = places
            }

            mutating func next() -> Entry? {
                repeat {
                    while offset < codes.count {
                        let found = offset
                        offset += 1
                        let place = Place(code: codes[found])
                        if places.contains(place) {
                            return Entry(members[found].rank, zone: zoneOfKind[Int(members[found].kind)], place, chunk, found)
                        }
                    }
                } while goOn()
                return nil
            }

            /// To the next chunk that has any.
            private mutating func goOn() -> Bool {
                chunk += 1
                while chunk < chunks.count, places.isDisjoint(with: chunks[chunk].present) { chunk += 1 }
                guard chunk < chunks.count else { return false }
                codes = chunks[chunk].codes
                members = chunks[chunk].members
                offset = 0
                return true
            }
        }
    }
}

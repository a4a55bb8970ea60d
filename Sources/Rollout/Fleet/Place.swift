/// Where a host lies and stands, in one byte: all that hosts are counted by.
struct Place: Hashable {
    /// How far the cutoffs have come.
    enum Reach: UInt8 {
        /// It lies above the cutoffs.
        case beyond
        /// It lies below them since an earlier wave.
        case asked
        /// It lies in the wave that was opened last.
        case inWave
    }

    let code: UInt8

    init(_ standing: Standing, _ reach: Reach, isReady: Bool, isHeld: Bool, costsBudget: Bool) {
        let number = isHeld && standing == .settled ? Place.settledAndHeld : standing.rawValue
        code = number | reach.rawValue << 4 | (isReady ? 0x40 : 0) | (costsBudget ? Place.budget : 0)
    }

    /// The bit that says that asking it would take something out of service.
    static let budget: UInt8 = 0x80

    /// Who is held, and settled all the same: beside the numbers of standings, of which there are 14. No other who is held is eligible.
    private static let settledAndHeld: UInt8 = 14

    init(code: UInt8) { self.code = code }

    var standing: Standing { Standing(rawValue: code & 0x0F) ?? .settled }
    /// Eligible, and not held. Who is held and has arrived counts as arrived, and can't be asked.
    var isMovable: Bool { standing.isEligible && code & 0x0F != Place.settledAndHeld }
    var isReady: Bool { code & 0x40 != 0 }
    /// It lies below the cutoffs.
    var isAsked: Bool { code & 0x30 != 0 }
    /// It lies in the wave that was opened last.
    var isInWave: Bool { code & 0x20 != 0 }
    /// Asking it would take something out of service.
    var costsBudget: Bool { code & Place.budget != 0 }
}

/// A set of places.
struct PlaceSet: Hashable {
    private var words = SIMD4<UInt64>()

    var isEmpty: Bool { words == SIMD4() }

    func contains(_ place: Place) -> Bool { words[Int(place.code >> 6)] & (1 << UInt64(place.code & 63)) != 0 }

    mutating func insert(_ place: Place) { words[Int(place.code >> 6)] |= 1 << UInt64(place.code & 63) }

    func isDisjoint(with other: PlaceSet) -> Bool { words & other.words == SIMD4() }
}

/// How many hosts have each place.
struct Census {
    private var counts = ContiguousArray(repeating: 0, count: 256)
    /// Places that anyone has: few, so that they are counted through without looking at hosts.
    private(set) var places: [(place: Place, count: Int)] = []

    /// - Returns: which places they are.
    mutating func add(_ codes: ContiguousArray<UInt8>) -> PlaceSet {
        var present = PlaceSet()
        counts.withUnsafeMutableBufferPointer { counts in
            for code in codes {
                present.insert(Place(code: code))
                counts[Int(code)] += 1
            }
        }
        return present
    }

    mutating func subtract(_ codes: ContiguousArray<UInt8>) {
        counts.withUnsafeMutableBufferPointer { counts in
            for code in codes { counts[Int(code)] -= 1 }
        }
    }

    /// To be called after the last change, before anything is asked.
    mutating func sum() {
        places.removeAll(keepingCapacity: true)
        for code in 0..<256 where counts[code] != 0 { places.append((Place(code: UInt8(code)), counts[code])) }
    }

    func count(_ matches: (Place) -> Bool) -> Int { places.reduce(0) { matches($1.place) ? $0 + $1.count : $0 } }
    func places(_ matches: (Place) -> Bool) -> PlaceSet {
        var set = PlaceSet()
        for (place, _) in places where matches(place) { set.insert(place) }
        return set
    }
}

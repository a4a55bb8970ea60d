import GraftAPI

extension FleetIndex {
    /// Brings hosts into an order of groups, in those into the order of their ranks under a salt, and then of their names.
    mutating func rank(by salt: String, order: HostOrder? = nil) {
        guard self.salt != salt || self.order != order else { return }
        let reckoner = RankReckoner(salt: salt)
        var members: ContiguousArray<Member> = []
        members.reserveCapacity(count)
        for chunk in chunks {
            for member in chunk.members {
                members.append(member)
                members[members.count - 1].rank = reckoner.rank(of: member.name)
            }
        }
        (self.salt, self.order, self.reckoner) = (salt, order, reckoner)
        lay(&members)
    }

    /// Lays hosts whose ranks are reckoned into chunks, in the order of their places.
    /// - Parameter members: are taken away from there, so that nobody counts references.
    mutating func lay(_ members: inout ContiguousArray<Member>) {
        asked = nil
        areAllPlaced = false
        let levels = kinds.levels(by: order)
        // Small things are sorted, and large ones moved once.
        var keys = ContiguousArray<PlaceKey>(unsafeUninitializedCapacity: members.count) { keys, count in
            for index in members.indices {
                let place = members[index].rank.atLevel(levels[Int(members[index].kind)])
                keys.initializeElement(at: index, to: PlaceKey(rank: place.value, host: Int32(index)))
            }
            count = members.count
        }
        keys.sortByPlace { members[Int($0)].name < members[Int($1)].name }
        chunks = members.withUnsafeMutableBufferPointer { members in
            PagedArray(
                stride(from: 0, to: keys.count, by: FleetIndex.chunkFilling).map { start in
                    let keys = keys[start..<Swift.min(start + FleetIndex.chunkFilling, keys.count)]
                    return Chunk(members: FleetIndex.take(keys, from: members))
                })
        }
    }

    private static func take(
        _ keys: ContiguousArray<PlaceKey>.SubSequence, from members: UnsafeMutableBufferPointer<Member>
    ) -> ContiguousArray<Member> {
        ContiguousArray(unsafeUninitializedCapacity: keys.count) { taken, count in
            for key in keys {
                taken.initializeElement(at: count, to: Member(rank: .first, name: "", lastSeen: nil, kind: 0))
                swap(&taken[count], &members[Int(key.host)])
                taken[count].rank = Rank(value: key.rank)
                count += 1
            }
        }
    }
}

/// A host, by its number among all, and its place.
struct PlaceKey {
    var rank: Int64
    var host: Int32

    /// So many with one part are brought into order by exchanging neighbours.
    fileprivate static let few = 24
}

extension ContiguousArray<PlaceKey> {
    /// Ranks are hashes, spread evenly: each key is put where it belongs by its first bits, and next to the few that share them it is sorted.
    /// Where they are not spread, it is as slow as any sorting, and no slower.
    ///
    /// - Parameter isBefore: whether, of two hosts with one place, the one comes before the other.
    mutating func sortByPlace(_ isBefore: (Int32, Int32) -> Bool) {
        guard var least = first?.rank, var most = first?.rank else { return }
        for key in self {
            least = Swift.min(least, key.rank)
            most = Swift.max(most, key.rank)
        }
        func isOrdered(_ left: PlaceKey, _ right: PlaceKey) -> Bool {
            left.rank == right.rank ? isBefore(left.host, right.host) : left.rank < right.rank
        }
        let (span, overflows) = most.subtractingReportingOverflow(least)
        guard count > 64, !overflows else { return sort(by: isOrdered) }
        // As many parts as hosts, or up to twice as many.
        let bits = Int.bitWidth - (count - 1).leadingZeroBitCount
        let shift = Swift.max(0, Int64.bitWidth - span.leadingZeroBitCount - bits)
        func part(_ key: PlaceKey) -> Int { Int((key.rank - least) >> shift) }
        var starts = ContiguousArray<Int32>(repeating: 0, count: part(PlaceKey(rank: most, host: 0)) + 2)
        for key in self { starts[part(key) + 1] += 1 }
        let largest = starts.max() ?? 0
        for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
        let unsorted = self
        withUnsafeMutableBufferPointer { sorted in
            for key in unsorted {
                let part = part(key)
                sorted[Int(starts[part])] = key
                starts[part] += 1
            }
        }
        // By now each part ends where it began.
        guard largest <= PlaceKey.few else {
            var start = 0
            for end in starts.dropLast() {
                if Int(end) - start > 1 { self[start..<Int(end)].sort(by: isOrdered) }
                start = Int(end)
            }
            return
        }
        withUnsafeMutableBufferPointer { sorted in
            for index in sorted.indices.dropFirst() where isOrdered(sorted[index], sorted[index - 1]) {
                var place = index
                repeat {
                    sorted.swapAt(place, place - 1)
                    place -= 1
                } while place > 0 && isOrdered(sorted[place], sorted[place - 1])
            }
        }
    }
}

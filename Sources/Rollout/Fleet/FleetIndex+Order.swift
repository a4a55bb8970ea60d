import GraftAPI

extension FleetIndex {
    /// Brings hosts into an order of groups, in those into the order of their ranks under a salt, and then of their names.
    mutating func rank(by salt: String, order: HostOrder? = nil) {
        guard self.salt != salt || self.order != order else { return }
        var members: ContiguousArray<Member> = []
        members.reserveCapacity(count)
        for chunk in chunks { members.append(contentsOf: chunk.members) }
        lay(members, by: salt, order)
    }

    mutating func lay(_ members: ContiguousArray<Member>, by salt: String, _ order: HostOrder?) {
        let reckoner = RankReckoner(salt: salt)
        self.salt = salt
        self.order = order
        self.reckoner = reckoner
        asked = nil
        areAllPlaced = false
        let levels = kinds.levels(by: order)
        // Small things are sorted, and large ones moved once.
        var keys = ContiguousArray<PlaceKey>(unsafeUninitializedCapacity: members.count) { keys, count in
            for index in members.indices {
                let rank = reckoner.rank(of: members[index].name).atLevel(levels[Int(members[index].kind)])
                keys.initializeElement(at: index, to: PlaceKey(rank: rank.value, host: Int32(index)))
            }
            count = members.count
        }
        keys.sortByPlace { members[Int($0)].name < members[Int($1)].name }
        chunks = ContiguousArray(
            stride(from: 0, to: keys.count, by: FleetIndex.chunkFilling).map { start in
                let size = Swift.min(FleetIndex.chunkFilling, keys.count - start)
                return Chunk(
                    members: ContiguousArray(unsafeUninitializedCapacity: size) { buffer, count in
                        for offset in 0..<size {
                            let key = keys[start + offset]
                            let member = members[Int(key.host)]
                            buffer.initializeElement(
                                at: offset,
                                to: Member(rank: Rank(value: key.rank), name: member.name, lastSeen: member.lastSeen, kind: member.kind))
                        }
                        count = size
                    })
            })
    }
}

/// A host, by its number among all, and its place.
struct PlaceKey {
    var rank: Int64
    var host: Int32
}

extension ContiguousArray<PlaceKey> {
    /// Ranks are hashes, spread evenly: each key is put where it belongs by its first bits, and next to the few that share them it is sorted.
    /// Where they are not spread, it is as slow as any sorting, and no slower.
    ///
    /// - Parameter isBefore: whether, of two hosts with one place, the one comes before the other.
    mutating func sortByPlace(_ isBefore: (Int32, Int32) -> Bool) {
        guard let least = self.min(by: { $0.rank < $1.rank })?.rank, let most = self.max(by: { $0.rank < $1.rank })?.rank else { return }
        func isOrdered(_ left: PlaceKey, _ right: PlaceKey) -> Bool {
            left.rank == right.rank ? isBefore(left.host, right.host) : left.rank < right.rank
        }
        let (span, overflows) = most.subtractingReportingOverflow(least)
        guard count > 64, !overflows else { return sort(by: isOrdered) }
        // As many parts as hosts, or up to twice as many.
        let bits = Int.bitWidth - (count - 1).leadingZeroBitCount
        let shift = Swift.max(0, Int64.bitWidth - span.leadingZeroBitCount - bits)
        func part(_ key: PlaceKey) -> Int { Int((key.rank - least) >> shift) }
        var ends = ContiguousArray<Int32>(repeating: 0, count: part(PlaceKey(rank: most, host: 0)) + 1)
        for key in self { ends[part(key)] += 1 }
        for index in ends.indices.dropFirst() { ends[index] += ends[index - 1] }
        let unsorted = self
        let starts: ContiguousArray<Int32> = withUnsafeMutableBufferPointer { sorted in
            for key in unsorted {
                let part = part(key)
                ends[part] -= 1
                sorted[Int(ends[part])] = key
            }
            return ends
        }
        for part in starts.indices {
            let (start, end) = (Int(starts[part]), part + 1 < starts.count ? Int(starts[part + 1]) : count)
            if end - start > 1 { self[start..<end].sort(by: isOrdered) }
        }
    }
}

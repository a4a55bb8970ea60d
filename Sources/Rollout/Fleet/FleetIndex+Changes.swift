import GraftAPI
package import KubeCore

extension FleetIndex {
    /// Takes in what is known of a host by now, be it new or not.
    package mutating func update(_ host: HostFacts) {
        let hash = rank(of: host.name)
        let place = hash.atLevel(order?.level(of: host.labels) ?? 0)
        let kind = kinds.add(host)
        let member = Member(rank: place, name: host.name, lastSeen: host.lastSeen, kind: kind)
        guard let (chunk, offset) = locate(host.name, hash) else { return insert(member) }
        let old = chunks[chunk].members[offset]
        kinds.remove(old.kind)
        guard old.rank == place else {
            // It is of another group now.
            takeOut(chunk, offset)
            return insert(member)
        }
        if old.lastSeen != host.lastSeen { chunks.change(chunk) { $0.members[offset].lastSeen = host.lastSeen } }
        // Where a Ready host stands does not depend on when it was last seen.
        if old.kind == kind, host.isReady || old.lastSeen == host.lastSeen { return }
        chunks.change(chunk) { $0.members[offset].kind = kind }
        forgetPlaces(ofChunk: chunk)
    }

    /// A host is gone, or none of these any more.
    package mutating func remove(_ name: String) {
        let hash = rank(of: name)
        guard let (chunk, offset) = locate(name, hash) else { return }
        kinds.remove(chunks[chunk].members[offset].kind)
        takeOut(chunk, offset)
    }

    /// Takes in when hosts were last seen.
    package mutating func hear(_ hosts: [String], lastSeen: (String) -> Timestamp?) {
        for name in hosts {
            let hash = rank(of: name)
            if let (chunk, offset) = locate(name, hash) { chunks.change(chunk) { $0.members[offset].lastSeen = lastSeen(name) } }
        }
    }

    /// What is known of a host; nil when it is none of these.
    package func facts(of name: String) -> HostFacts? {
        guard reckoner != nil else { return first { $0.name == name } }
        return locate(name).map { facts(of: chunks[$0.chunk].members[$0.offset]) }
    }

    private mutating func takeOut(_ chunk: Int, _ offset: Int) {
        forgetPlaces(ofChunk: chunk)
        let isEmpty = chunks.change(chunk) { chunk in
            chunk.members.remove(at: offset)
            return chunk.members.isEmpty
        }
        if isEmpty { chunks.remove(at: chunk) }
        count -= 1
    }

    private mutating func insert(_ member: Member) {
        let (chunk, offset, _) = find(member.rank, member.name)
        count += 1
        areAllPlaced = false
        guard !chunks.isEmpty else { return chunks.append(Chunk(members: [member])) }
        forgetPlaces(ofChunk: chunk)
        let upper = chunks.change(chunk) { chunk -> Chunk? in
            chunk.members.insert(member, at: offset)
            guard chunk.members.count > FleetIndex.chunkSize else { return nil }
            let half = chunk.members.count / 2
            let upper = Chunk(members: ContiguousArray(chunk.members[half...]))
            chunk.members.removeSubrange(half...)
            return upper
        }
        if let upper { chunks.insert(upper, at: chunk + 1) }
    }

    /// May bring all hosts into another order: to be asked before one is looked for.
    private mutating func rank(of name: String) -> Rank {
        if reckoner == nil { rank(by: "") }
        return reckoner!.rank(of: name)
    }

    /// Where a host lies; nil when it is none of these, or nothing was ranked.
    func locate(_ name: String) -> (chunk: Int, offset: Int)? { reckoner.flatMap { locate(name, $0.rank(of: name)) } }

    /// The group of a host is known of the host alone: it is looked for in each.
    private func locate(_ name: String, _ hash: Rank) -> (chunk: Int, offset: Int)? {
        for level in 0...topLevel {
            let (chunk, offset, isKnown) = find(hash.atLevel(level), name)
            if isKnown { return (chunk, offset) }
        }
        return nil
    }

    /// Where a host with a place lies, or would lie.
    func find(_ rank: Rank, _ name: String) -> (chunk: Int, offset: Int, isKnown: Bool) {
        func isBefore(_ chunk: Int, _ offset: Int) -> Bool {
            let other = chunks[chunk].members[offset].rank
            return other == rank ? chunks[chunk].members[offset].name < name : other < rank
        }
        func isIt(_ chunk: Int, _ offset: Int) -> Bool {
            chunks[chunk].members[offset].rank == rank && chunks[chunk].members[offset].name == name
        }
        var (low, high) = (0, chunks.count)
        // The last chunk that begins at it or before it.
        while high - low > 1 {
            let middle = (low + high) / 2
            if isBefore(middle, 0) || isIt(middle, 0) { low = middle } else { high = middle }
        }
        guard low < chunks.count else { return (0, 0, false) }
        let chunk = low
        let count = chunks[chunk].members.count
        (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(chunk, middle) { low = middle + 1 } else { high = middle }
        }
        return (chunk, low, low < count && isIt(chunk, low))
    }

    private mutating func forgetPlaces(ofChunk chunk: Int) {
        areAllPlaced = false
        guard chunks[chunk].isCurrent else { return }
        census.subtract(chunks[chunk].codes)
        chunks.change(chunk) { $0.isCurrent = false }
    }
}

import Trust

/// Judgements by their questions, the least lately asked for given up first. A value: time is an argument.
struct VerdictShelf {
    private struct Place {
        var judgement: Judgement
        /// Nil: as long as there is room.
        var expires: Duration?
        var weight: Int
        var lastAsked: UInt64
    }

    private let limit: Int
    private let refusalLifetime: Duration
    private var places: [[UInt8]: Place] = [:]
    private(set) var weight = 0
    private var clock: UInt64 = 0

    init(limit: Int, refusalLifetime: Duration) {
        self.limit = limit
        self.refusalLifetime = refusalLifetime
    }

    var count: Int { places.count }

    mutating func judgement(for key: [UInt8], now: Duration) -> Judgement? {
        guard let index = places.index(forKey: key) else { return nil }
        if let expires = places.values[index].expires, now >= expires {
            weight -= places.remove(at: index).value.weight
            return nil
        }
        clock += 1
        places.values[index].lastAsked = clock
        return places.values[index].judgement
    }

    /// One that is heavier than all that may be kept isn't.
    /// - Parameter runsOut: how long it holds by itself; nil where that has no end.
    mutating func put(_ judgement: Judgement, for key: [UInt8], now: Duration, runsOut: Duration? = nil) {
        if let old = places.removeValue(forKey: key) { weight -= old.weight }
        let added = judgement.weight
        guard added <= limit else { return }
        while weight + added > limit, let oldest = places.min(by: { $0.value.lastAsked < $1.value.lastAsked }) {
            weight -= oldest.value.weight
            places.removeValue(forKey: oldest.key)
        }
        clock += 1
        let believed = judgement.isTrusted ? runsOut : min(runsOut ?? refusalLifetime, refusalLifetime)
        places[key] = Place(judgement: judgement, expires: believed.map { now + $0 }, weight: added, lastAsked: clock)
        weight += added
    }
}

extension Judgement {
    /// What it takes of memory, by the attempts it tells of.
    fileprivate var weight: Int {
        findings.reduce(1) { sum, finding in
            sum + 1 + finding.verdict.attempts.count + finding.attestations.reduce(0) { $0 + 1 + $1.verdict.attempts.count }
        }
    }
}

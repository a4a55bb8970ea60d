package import JSON

/// Observations of a histogram by the buckets that its host has: so many above the last bound and up to this one.
///
/// Buckets are kept as they are, and never made into a finer histogram: where within a bucket something was is not known. Counts with the same bounds
/// add up exactly, in any order.
package struct BucketCounts: Hashable, Sendable {
    /// Upper bounds in seconds, ascending; the last is infinite.
    package private(set) var bounds: [Double]
    /// Of each bucket alone, not of those below it.
    package private(set) var counts: [Double]

    package static let most = 128

    /// Nil when the bounds don't ascend to infinity, or there are too many.
    package init?(bounds: [Double], counts: [Double]) {
        guard bounds.count == counts.count, (1...Self.most).contains(bounds.count), bounds.last == .infinity,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }),
            counts.allSatisfy({ $0 >= 0 && $0 <= SeriesGrowth.greatest })
        else { return nil }
        self.bounds = bounds
        self.counts = counts
    }

    package var total: Double { counts.reduce(0, +) }

    /// Adds observations of the same buckets.
    /// - Returns: false when their bounds are others: then nothing is added.
    package mutating func add(_ other: BucketCounts) -> Bool {
        guard other.bounds == bounds else { return false }
        for index in counts.indices { counts[index] += other.counts[index] }
        return true
    }

    /// The duration that `share` of all are no longer than, as Prometheus' `histogram_quantile` estimates it: evenly spread within a bucket; of the last
    /// bucket its lower bound. Nil when there are none.
    package func quantile(_ share: Double) -> Double? {
        let total = total
        guard total > 0 else { return nil }
        let rank = min(max(share, 0), 1) * total
        var below = 0.0
        for (index, count) in counts.enumerated() {
            if below + count >= rank, count > 0 {
                let lower = index > 0 ? bounds[index - 1] : min(0, bounds[0])
                guard bounds[index].isFinite else { return index > 0 ? lower : nil }
                return lower + (bounds[index] - lower) * max(0, rank - below) / count
            }
            below += count
        }
        return bounds.count > 1 ? bounds[bounds.count - 2] : nil
    }

    /// How many are longer than a bound; nil when there is no such bound.
    func count(above bound: Double) -> Double? {
        guard let index = bounds.firstIndex(of: bound) else { return nil }
        return counts[(index + 1)...].reduce(0, +)
    }

    static func text(of bound: Double) -> String { bound == .infinity ? "+Inf" : "\(bound)" }
}

extension BucketCounts: JSONConvertible {
    /// `[["0.1", 3], ["+Inf", 1]]`.
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let pairs = json.array else { throw JSONDecodingError(path: path, wanted: "buckets", found: json) }
        var bounds: [Double] = []
        var counts: [Double] = []
        for pair in pairs.prefix(Self.most + 1) {
            guard let parts = pair.array, parts.count == 2, let bound = parts[0].string.flatMap({ Double(exposed: $0.utf8) }),
                let count = parts[1].double
            else { throw JSONDecodingError(path: path, wanted: "buckets like [\"0.1\", 3]", found: pair) }
            bounds.append(bound)
            counts.append(count)
        }
        guard let read = BucketCounts(bounds: bounds, counts: counts) else {
            throw JSONDecodingError(
                path: path, wanted: "at most \(Self.most) buckets with ascending bounds up to +Inf, and counts of 0 and more",
                found: "\(pairs.count) others")
        }
        self = read
    }

    package var json: JSON {
        .array(zip(bounds, counts).map { .array([.string(Self.text(of: $0)), SeriesGrowth.number($1)]) })
    }
}

import Glibc

/// A histogram of durations whose quantiles are right to 1 %, and which can be added to others in any order.
///
/// Bins are logarithmic, as in Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees" (PVLDB 12,
/// 2019): bin i holds durations above γ^(i-1) and up to γ^i seconds, γ = (1 + 0.01) / (1 - 0.01). What lies outside of 1 µs to 100,000 s is counted
/// in the outermost bins, so that there are never more than 1,267, none is ever collapsed into another, and merging is exactly associative
/// and commutative. The guarantee holds between those ends.
package struct LatencySketch: Hashable, Sendable {
    package static let relativeError = 0.01
    static let logGamma = log((1 + relativeError) / (1 - relativeError))
    /// Bins of 1 µs and of 100,000 s.
    static let indices = Int((log(1e-6) / logGamma).rounded(.up))...Int((log(1e5) / logGamma).rounded(.up))

    /// Index of the first bin that is kept; counts begin and end with one above 0.
    private(set) var first = 0
    private(set) var counts: [UInt64] = []

    package init() {}

    /// From bins, all of which lie within `indices`; nil otherwise, or when the number of durations exceeds what can be counted.
    init?(bins: some Sequence<(index: Int, count: UInt64)>) {
        var total: UInt64 = 0
        for (index, count) in bins {
            let (sum, overflows) = total.addingReportingOverflow(count)
            guard Self.indices.contains(index), !overflows, sum <= UInt64(Int.max) else { return nil }
            total = sum
            add(count, at: index)
        }
    }

    package var isEmpty: Bool { counts.isEmpty }
    /// Durations counted.
    package var count: Int { Int(clamping: counts.reduce(0, &+)) }

    /// Counts a duration in seconds. What is negative or no number is not a duration, and is refused.
    /// - Returns: whether it was counted.
    @discardableResult
    package mutating func insert(seconds: Double, times: Int = 1) -> Bool {
        guard seconds >= 0, times >= 0 else { return false }
        add(UInt64(times), at: Self.index(of: seconds))
        return true
    }

    package mutating func merge(_ other: LatencySketch) {
        guard !other.isEmpty else { return }
        reserve(other.first...(other.first + other.counts.count - 1))
        for (offset, count) in other.counts.enumerated() { counts[other.first + offset - first] &+= count }
    }

    package func merged(with other: LatencySketch) -> LatencySketch {
        var sum = self
        sum.merge(other)
        return sum
    }

    /// The duration in seconds that `share` of all are no longer than; nil when there are none.
    package func quantile(_ share: Double) -> Double? {
        bin(ofQuantile: share).map { 2 * exp(Double($0) * Self.logGamma) / (exp(Self.logGamma) + 1) }
    }

    /// The bin in which the quantile lies.
    func bin(ofQuantile share: Double) -> Int? {
        guard !isEmpty else { return nil }
        let rank = UInt64((min(max(share, 0), 1) * Double(count - 1)).rounded(.down))
        var seen: UInt64 = 0
        for (offset, count) in counts.enumerated() {
            seen &+= count
            if seen > rank { return first + offset }
        }
        return first + counts.count - 1
    }

    /// How many lie above a bin.
    func count(above index: Int) -> Int {
        let start = max(0, index + 1 - first)
        return start < counts.count ? Int(clamping: counts[start...].reduce(0, &+)) : 0
    }

    /// How many are longer than what lies so many bins below the upper end of a bin; durations are taken to be spread evenly over the logarithm within a bin.
    func count(above index: Int, lessBins shift: Double) -> Double {
        let whole = Int(shift.rounded(.down))
        let part = shift - shift.rounded(.down)
        let (upper, lower) = (count(above: index - whole), count(above: index - whole - 1))
        return Double(upper) + part * Double(lower - upper)
    }

    static func index(of seconds: Double) -> Int {
        guard seconds > 1e-6 else { return indices.lowerBound }
        guard seconds < 1e5 else { return indices.upperBound }
        return min(max(Int((log(seconds) / logGamma).rounded(.up)), indices.lowerBound), indices.upperBound)
    }

    private mutating func add(_ count: UInt64, at index: Int) {
        guard count > 0 else { return }
        reserve(index...index)
        counts[index - first] &+= count
    }

    private mutating func reserve(_ range: ClosedRange<Int>) {
        guard !counts.isEmpty else {
            first = range.lowerBound
            counts = Array(repeating: 0, count: range.count)
            return
        }
        if range.lowerBound < first {
            counts.insert(contentsOf: repeatElement(0, count: first - range.lowerBound), at: 0)
            first = range.lowerBound
        }
        let missing = range.upperBound - (first + counts.count - 1)
        if missing > 0 { counts.append(contentsOf: repeatElement(0, count: missing)) }
    }
}

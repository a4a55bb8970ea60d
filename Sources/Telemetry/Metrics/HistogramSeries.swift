import CoreMetrics

/// How many observations fell where.
public struct HistogramValue: Sendable, Hashable {
    /// Upper bounds, inclusive, ascending; without the last one, which is infinity.
    public var bounds: [Double]
    /// Observations in each bucket alone; one more than there are bounds.
    public var counts: [UInt64]
    /// Of all observations.
    public var sum: Double

    /// All observations.
    public var count: UInt64 { counts.reduce(0, &+) }
}

/// Counts observations by size, in buckets that never change. Takes no lock and allocates nothing.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    let key: SeriesKey
    private let bounds: [Double]
    /// The buckets, the last one without a bound, and then the sum as a double.
    private let words: AtomicWords

    /// - Parameter bounds: ascending.
    init(_ key: SeriesKey, bounds: [Double]) {
        self.key = key
        self.bounds = bounds
        words = AtomicWords(count: bounds.count + 2)
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// What is no number is not counted.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        words.add(1 as UInt64, at: bucket(of: value))
        words.add(value, at: bounds.count + 1)
    }

    /// In seconds, the unit of the ecosystem's names.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// The first bucket whose bound is not below the value.
    private func bucket(of value: Double) -> Int {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    var value: SeriesValue {
        .histogram(
            HistogramValue(
                bounds: bounds, counts: (0...bounds.count).map { words.load(at: $0) },
                sum: Double(bitPattern: words.load(at: bounds.count + 1))))
    }
}

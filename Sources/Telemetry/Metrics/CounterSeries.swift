import CoreMetrics

/// Counts in whole numbers.
package final class CounterSeries: Series, CounterHandler {
    let key: SeriesKey
    private let cells = ShardedCells()

    init(_ key: SeriesKey) { self.key = key }

    /// Less than one changes nothing: a counter only grows.
    @inline(never)  // the cells want it
    package func increment(by amount: Int64) {
        guard amount > 0 else { return }
        cells.add(UInt64(bitPattern: amount))
    }

    package func reset() { cells.resetInteger() }

    var value: SeriesValue { .integer(cells.integer) }
}

/// Counts in fractions.
final class FractionSeries: Series, FloatingPointCounterHandler {
    let key: SeriesKey
    private let cells = ShardedCells()

    init(_ key: SeriesKey) { self.key = key }

    /// What is no positive finite number changes nothing.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        cells.add(amount)
    }

    func reset() { cells.resetDouble() }

    var value: SeriesValue { .double(cells.double) }
}

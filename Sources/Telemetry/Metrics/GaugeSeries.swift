import CoreMetrics

/// The newest value of something, or a running balance.
final class GaugeSeries: Series, RecorderHandler, MeterHandler {
    let key: SeriesKey
    private let word = AtomicWords(count: 1)

    init(_ key: SeriesKey) { self.key = key }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { word.store(value.bitPattern, at: 0) }

    func increment(by amount: Double) { word.add(amount, at: 0) }
    func decrement(by amount: Double) { word.add(-amount, at: 0) }

    var value: SeriesValue { .double(Double(bitPattern: word.load(at: 0))) }
}

public import CoreMetrics

/// A metrics factory that asks for values when somebody reads metrics, besides keeping what is recorded.
///
/// A series that is kept takes some hundred bytes, and there are many for each object that a controller looks after. What stands in
/// memory anyway is better read from there.
public protocol CollectingMetricsFactory: MetricsFactory {
    /// Has a source asked each time metrics are read, until the collection is ended.
    func collect(_ source: GaugeSource) -> MetricsCollection
}

/// Ends what was begun by `CollectingMetricsFactory.collect`. It does not end by itself.
public struct MetricsCollection: Sendable {
    private let body: @Sendable () -> Void

    /// - Parameter end: called once or more.
    public init(_ end: @escaping @Sendable () -> Void) { body = end }

    /// From now on the source is asked no more; one who is reading may still come to its end.
    public func end() { body() }
}

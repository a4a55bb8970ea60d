/// What a family's series are.
public enum MetricKind: String, Sendable, Hashable {
    /// Only grows, or begins again at zero.
    case counter
    /// Goes up and down.
    case gauge
    /// Counts observations by size.
    case histogram
}

/// What a series holds at one moment.
public enum SeriesValue: Sendable, Hashable {
    /// A counter of whole numbers.
    case integer(UInt64)
    /// A gauge, or a counter of fractions.
    case double(Double)
    /// Observations by size.
    case histogram(HistogramValue)
}

/// One combination of labels of a metric: what a handle of swift-metrics writes to.
protocol Series: AnyObject, Sendable {
    var key: SeriesKey { get }
    var value: SeriesValue { get }
}

/// A series' name and labels, as they are exposed.
struct SeriesKey: Sendable, Hashable {
    var name: String
    var labels: MetricLabels
}

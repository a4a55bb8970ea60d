/// What swift-metrics can't say of a metric: its help, its unit and the bounds of its buckets.
public struct MetricDescription: Sendable, Hashable {
    /// As it is exposed.
    public var name: String
    /// One line for people.
    public var help: String
    /// `seconds`, `bytes`; empty where it counts things.
    public var unit: String
    /// Of a histogram's buckets, ascending, without infinity. Nil: those of its kind.
    public var bounds: [Double]?

    /// Made of its members.
    public init(_ name: String, _ help: String, unit: String = "", bounds: [Double]? = nil) {
        self.name = name
        self.help = help
        self.unit = unit
        self.bounds = bounds
    }

    /// Seconds, as client libraries of Prometheus have them by default.
    static let secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// Anything, as OpenTelemetry has it by default.
    static let anyBounds: [Double] = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
}

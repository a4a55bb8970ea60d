/// Gauges of one name that are read from where their values are, each time somebody reads metrics.
public struct GaugeSource: Sendable {
    /// Takes one gauge: by its labels, which tell it from others of the name.
    public typealias Tell = (_ dimensions: [(String, String)], _ value: Double) -> Void

    /// Name of the metric.
    public let label: String
    private let body: @Sendable (_ tell: Tell) -> Void

    /// - Parameters:
    ///   - label: name of the metric.
    ///   - read: tells all gauges there are now. Runs whenever metrics are read, on the reader's thread, and must not call the factory.
    public init(_ label: String, read: @escaping @Sendable (_ tell: Tell) -> Void) {
        self.label = label
        body = read
    }

    /// Tells all gauges there are now.
    public func read(_ tell: Tell) { body(tell) }
}

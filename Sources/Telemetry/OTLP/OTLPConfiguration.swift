/// Where metrics and spans go, how often, and how much trouble is taken.
public struct OTLPConfiguration: Sendable {
    /// A name and a value.
    public struct Header: Sendable, Hashable {
        /// As it is sent.
        public var name: String
        /// As it is sent; may be a secret.
        public var value: String

        /// Made of its members.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Nil: spans are not exported, nor recorded.
    public var traces: OTLPEndpoint?
    /// Nil: metrics are not exported.
    public var metrics: OTLPEndpoint?
    /// Sent with every request; may hold credentials, so they are never logged.
    public var headers: [Header] = []
    /// The share of traces that is recorded.
    public var ratio = 1.0
    /// What is exported about whom: `service.name` and more, sorted by key.
    public var resource: [Header] = []
    /// One try.
    public var timeout = Duration.seconds(10)
    /// All tries of one batch; then it is dropped.
    public var retryLimit = Duration.seconds(60)
    /// Between two exports of all metrics.
    public var metricInterval = Duration.seconds(60)
    /// Between two looks at the spans that wait.
    public var spanInterval = Duration.seconds(1)
    /// Spans a request.
    public var spanBatch = 512
    /// Spans that wait at most.
    public var spanLimit = 4096
    /// Series a request: a body stays far below the 20 MiB that receivers take.
    public var pointBatch = 5000
    /// For everything that is left when the program ends.
    public var flushLimit = Duration.seconds(5)

    /// - Parameters:
    ///   - traces: nil: none are recorded.
    ///   - metrics: nil: none are sent.
    public init(traces: OTLPEndpoint? = nil, metrics: OTLPEndpoint? = nil) {
        self.traces = traces
        self.metrics = metrics
    }
}

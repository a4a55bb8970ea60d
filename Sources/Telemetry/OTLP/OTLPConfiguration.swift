/// Where metrics and spans go, how often, and how much trouble is taken.
package struct OTLPConfiguration: Sendable {
    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Nil: spans are not exported, nor recorded.
    package var traces: OTLPEndpoint?
    /// Nil: metrics are not exported.
    package var metrics: OTLPEndpoint?
    /// Sent with every request; may hold credentials, so they are never logged.
    package var headers: [Header] = []
    /// The share of traces that is recorded.
    package var ratio = 1.0
    /// What is exported about whom: `service.name` and more, sorted by key.
    package var resource: [Header] = []
    /// One try.
    package var timeout = Duration.seconds(10)
    /// All tries of one batch; then it is dropped.
    package var retryLimit = Duration.seconds(60)
    /// Between two exports of all metrics.
    package var metricInterval = Duration.seconds(60)
    /// Between two looks at the spans that wait.
    package var spanInterval = Duration.seconds(1)
    /// Spans a request.
    package var spanBatch = 512
    /// Spans that wait at most.
    package var spanLimit = 4096
    /// Series a request: a body stays far below the 20 MiB that receivers take.
    package var pointBatch = 5000
    /// For everything that is left when the program ends.
    package var flushLimit = Duration.seconds(5)

    package init(traces: OTLPEndpoint? = nil, metrics: OTLPEndpoint? = nil) {
        self.traces = traces
        self.metrics = metrics
    }
}

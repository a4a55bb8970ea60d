/// All metrics at one moment, in the order in which they are exposed.
public struct MetricsSnapshot: Sendable {
    /// A metric with all its series.
    public struct Family: Sendable {
        /// What is known of it beforehand.
        public var description: MetricDescription
        /// What its series are.
        public var kind: MetricKind
        /// Sorted by labels.
        public var points: [Point]

        /// As it is exposed.
        public var name: String { description.name }

        /// Made of its members.
        public init(_ description: MetricDescription, _ kind: MetricKind, _ points: [Point]) {
            self.description = description
            self.kind = kind
            self.points = points
        }
    }

    /// A series and its value.
    public struct Point: Sendable {
        /// What tells it from others of its metric.
        public var labels: MetricLabels
        /// At the moment of the snapshot.
        public var value: SeriesValue

        /// Made of its members.
        public init(_ labels: MetricLabels = MetricLabels([]), value: SeriesValue) {
            self.labels = labels
            self.value = value
        }
    }

    /// Sorted by name.
    public var families: [Family]
}

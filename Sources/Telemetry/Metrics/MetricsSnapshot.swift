/// All metrics at one moment, in the order in which they are exposed.
package struct MetricsSnapshot: Sendable {
    package struct Family: Sendable {
        package var description: MetricDescription
        package var kind: MetricKind
        /// Sorted by labels.
        package var points: [Point]

        package var name: String { description.name }

        package init(_ description: MetricDescription, _ kind: MetricKind, _ points: [Point]) {
            self.description = description
            self.kind = kind
            self.points = points
        }
    }

    package struct Point: Sendable {
        package var labels: MetricLabels
        package var value: SeriesValue

        package init(_ labels: MetricLabels = MetricLabels([]), value: SeriesValue) {
            self.labels = labels
            self.value = value
        }
    }

    /// Sorted by name.
    package var families: [Family]
}

/// A metric that a host exposes: its name, and the values that each of its labels has.
package struct ExposedMetric: Hashable, Sendable {
    package var name: String
    package var labels: [String: Set<String>]

    package init(_ name: String, labels: [String: Set<String>] = [:]) {
        self.name = name
        self.labels = labels
    }
}

package import Schema

/// How a service level follows from a metric that a host exposes: by the metric's name and labels.
package struct SLIRule: SchemaObject, Hashable {
    package var name = ""
    package var indicator = ServiceLevelIndicator.availability
    /// The metric's name; `*` at its beginning stands for anything.
    package var metric = ""
    /// A label that its series must have.
    package var label = ""
    /// For availability: values of the label that mean a failure, a regular expression that matches the whole (RE2).
    package var failures: String?

    package init() {}
    package init(_ name: String, _ indicator: ServiceLevelIndicator, metric: String, label: String, failures: String? = nil) {
        self.name = name
        self.indicator = indicator
        self.metric = metric
        self.label = label
        self.failures = failures
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Says which rule it was.", Limits.text(63)),
        .required("indicator", \.indicator, "Availability, or Latency, which wants a histogram."),
        .required("metric", \.metric, "The metric's name; * at its beginning stands for anything.") {
            $0.pattern = "^[*]?[a-zA-Z0-9_:]+$"
            $0.maxLength = 128
        },
        .required("label", \.label, "A label that its series must have: the one with the outcome; le of histograms.") {
            $0.pattern = "^[a-zA-Z_][a-zA-Z0-9_]*$"
            $0.maxLength = 64
        },
        .optional(
            "failures", \.failures, "With Availability: values of the label that mean a failure, as a regular expression.", Limits.text(256)
        ),
    ]
}

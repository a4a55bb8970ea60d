package import GraftAPI
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
        .required("name", \.name, "Says which rule it was."),
        .required("indicator", \.indicator, "Availability, or Latency, which wants a histogram."),
        .required("metric", \.metric, "The metric's name; * at its beginning stands for anything.") { $0.minLength = 1 },
        .required("label", \.label, "A label that its series must have: the one with the outcome; le of histograms.") { $0.minLength = 1 },
        .optional("failures", \.failures, "With Availability: values of the label that mean a failure, as a regular expression."),
    ]

    /// What is known of common libraries: the Prometheus client libraries' HTTP middleware, and gRPC's, whose codes that are the server's fault are those
    /// that its own documentation calls so.
    package static let builtin: [SLIRule] = [
        SLIRule("http-code", .availability, metric: "*http_requests_total", label: "code", failures: "5.."),
        SLIRule("http-status", .availability, metric: "*http_requests_total", label: "status", failures: "5.."),
        SLIRule(
            "grpc", .availability, metric: "grpc_server_handled_total", label: "grpc_code",
            failures: "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"),
        SLIRule("duration", .latency, metric: "*_duration_seconds_bucket", label: "le"),
        SLIRule("grpc-duration", .latency, metric: "grpc_server_handling_seconds_bucket", label: "le"),
    ]

    func covers(_ exposed: ExposedMetric) -> Bool {
        let matches = metric.hasPrefix("*") ? exposed.name.hasSuffix(metric.dropFirst()) : exposed.name == metric
        return matches && exposed.labels[label] != nil
    }
}

/// A metric that a host exposes: its name, and the values that each of its labels has.
package struct ExposedMetric: Hashable, Sendable {
    package var name: String
    package var labels: [String: Set<String>]

    package init(_ name: String, labels: [String: Set<String>] = [:]) {
        self.name = name
        self.labels = labels
    }
}

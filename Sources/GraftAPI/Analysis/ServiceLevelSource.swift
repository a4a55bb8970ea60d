package import Schema

/// A Prometheus that has the series of hosts.
package struct ServiceLevelSource: SchemaObject, Hashable {
    package var address = ""
    package var credentials: String?
    package var timeout = Period(seconds: 30)

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("address", \.address, "Its URL: http://prometheus.monitoring:9090.", Limits.url),
        .optional("credentials", \.credentials, "Which of the controller's own credentials it is asked with.", Limits.text(63)),
        .defaulted("timeout", \.timeout, Period(seconds: 30), "After this long without an answer it is an error."),
    ]
}

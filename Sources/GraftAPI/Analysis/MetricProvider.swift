package import Schema

/// Where numbers come from: exactly one of them.
package struct MetricProvider: SchemaObject, Hashable {
    package var prometheus: PrometheusProvider?
    package var web: WebProvider?
    package var hosts: HostsProvider?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("prometheus", \.prometheus, "A query to a Prometheus."),
        .optional("web", \.web, "A number in a JSON document, fetched by HTTP."),
        .optional("hosts", \.hosts, "What agents report of their hosts; needs nothing else."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.oneOf = Limits.exactlyOne(of: ["prometheus", "web", "hosts"])
    }
}

package struct PrometheusProvider: SchemaObject, Hashable {
    package var address = ""
    package var query = ""
    /// Nil: the query is evaluated once, now.
    package var range: QueryRange?
    package var credentials: String?
    package var timeout = Period(seconds: 30)

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("address", \.address, "Its URL: http://prometheus.monitoring:9090.", Limits.url),
        .required("query", \.query, "PromQL whose result is one number.") {
            $0.minLength = 1
            $0.maxLength = 4096
        },
        .optional("range", \.range, "Evaluate it again and again over a time that has passed; unset: once, now."),
        .optional("credentials", \.credentials, "Which of the controller's own credentials it is asked with.", Limits.text(63)),
        .defaulted("timeout", \.timeout, Period(seconds: 30), "After this long without an answer it is an error; at most 2m."),
    ]
}

/// A time up to now in which a query is evaluated at each step, and how the results become one number.
package struct QueryRange: SchemaObject, Hashable {
    package var duration = Period(seconds: 300)
    package var step = Period(seconds: 15)
    package var reduce = Reduction.last

    package init() {}
    package init(_ duration: Period, step: Period, reduce: Reduction) {
        self.duration = duration
        self.step = step
        self.reduce = reduce
    }

    package enum Reduction: String, SchemaValue, CaseIterable, Hashable {
        case last = "Last"
        /// NaN where one of them is.
        case average = "Average"
        /// Of those that are numbers, as PromQL's `min_over_time` has it; NaN when none is.
        case min = "Min"
        case max = "Max"
    }

    package static let fields: [Field<Self>] = [
        .required("duration", \.duration, "How far back it begins: 10m."),
        .required("step", \.step, "From one evaluation to the next: 30s; at most a thousand of them."),
        .required("reduce", \.reduce, "Which number they come to: Last, Average, Min or Max."),
    ]
}

package struct WebProvider: SchemaObject, Hashable {
    package var url = ""
    package var pointer = ""
    package var credentials: String?
    package var timeout = Period(seconds: 10)

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("url", \.url, "Fetched by GET; the answer is JSON.", Limits.url),
        .required("pointer", \.pointer, "Where the number stands (RFC 6901): /data/0/value; a text that is one counts.") {
            $0.pattern = "^(/.*)?$"
            $0.maxLength = 1024
        },
        .optional("credentials", \.credentials, "Which of the controller's own credentials it is asked with.", Limits.text(63)),
        .defaulted("timeout", \.timeout, Period(seconds: 10), "After this long without an answer it is an error; at most 2m."),
    ]
}

/// What hosts expose and agents report, added up over a cohort: exactly one of them.
package struct HostsProvider: SchemaObject, Hashable {
    package var ratio: HostRatio?
    package var latency: HostLatency?
    package var increase: HostSeries?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("ratio", \.ratio, "The share of failures: one counter's increase, of another's."),
        .optional("latency", \.latency, "A quantile of a histogram, in seconds."),
        .optional("increase", \.increase, "How much a counter grew in a window, on an average host."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.oneOf = Limits.exactlyOne(of: ["ratio", "latency", "increase"])
    }
}

/// A counter or histogram by its name, and labels that its series must have.
package struct HostSeries: SchemaObject, Hashable {
    package var name = ""
    package var labels: [String: String] = [:]

    package init() {}
    package init(_ name: String, labels: [String: String] = [:]) {
        self.name = name
        self.labels = labels
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "As the host exposes it.") {
            $0.pattern = "^[a-zA-Z_:][a-zA-Z0-9_:]*$"
            $0.maxLength = 128
        },
        .collection("labels", \.labels, "Labels that its series must have, exactly.") {
            var value = StructuralSchema(.string)
            value.maxLength = 256
            $0.additionalProperties = .schema(value)
            $0.maxProperties = 16
        },
    ]
}

package struct HostRatio: SchemaObject, Hashable {
    package var failures = HostSeries()
    package var total = HostSeries()

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("failures", \.failures, "Counts what failed."), .required("total", \.total, "Counts everything."),
    ]
}

package struct HostLatency: SchemaObject, Hashable {
    package var histogram = HostSeries()
    /// Percent of requests that are faster.
    package var quantile = 50.0

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("histogram", \.histogram, "Holds the durations, in seconds."),
        .defaulted("quantile", \.quantile, 50, "Percent of requests that are faster: 50 is the median.") {
            $0.minimum = 1
            $0.maximum = 99.9
        },
    ]
}

package import KubeCore
package import Schema

/// What must be measured while a revision is rolled out, and what the measurements must say. Steps and backgrounds of deployments name it; it runs nothing by itself.
package struct ModuleAnalysis: CustomResource {
    package var metadata: ObjectMeta
    package var spec: ModuleAnalysisSpec
    package var status: NoStatus

    package init(metadata: ObjectMeta, spec: ModuleAnalysisSpec, status: NoStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "ModuleAnalysis", plural: "moduleanalyses", shortNames: ["mana"], scope: .namespaced,
        about:
            "Metrics that are measured while a revision is rolled out, and what they must say: thresholds, or a comparison with hosts that run "
            + "the stable revision. Deployments name it in a step, or in the background; by itself it does nothing.",
        columns: [
            PrinterColumn("Metric", "string", ".spec.metrics[0].name", "The first of its metrics."),
            PrinterColumn("SLI", "string", ".spec.sli", "The service level that is judged."),
            PrinterColumn("Objective", "number", ".spec.objective", "Percent of requests that must be good."),
            PrinterColumn("Interval", "string", ".spec.metrics[0].interval", "Between measurements of the first metric.", priority: 1),
            .age,
        ], hasStatus: false)
}

package struct ModuleAnalysisSpec: SchemaObject, Hashable {
    package var args: [AnalysisArgument] = []
    package var metrics: [AnalysisMetric] = []
    package var sli: ServiceLevelIndicator?
    /// Percent of requests that must be good.
    package var objective: Double?
    /// For `Latency`: a request is good when it took no longer.
    package var withinMilliseconds: Int?
    /// For an `sli`: who has the hosts' series; nil: the Prometheus that the controller knows.
    package var prometheus: ServiceLevelSource?
    /// For an `sli`: labels that the series must have.
    package var matchLabels: [String: String] = [:]
    /// For an `sli`: what follows from which metric, before what is known anyway.
    package var rules: [SLIRule] = []
    /// For an `sli`: between measurements.
    package var interval = Period(seconds: 60)
    /// For an `sli`: how many measurements; nil: five in a step, and as long as the rollout lasts in the background.
    package var count: Int?

    package init() {}

    package static let fields: [Field<Self>] = [
        .collection("args", \.args, "Names that texts of providers may hold as {{args.name}}.", Limits.map(by: "name", 32)),
        .collection("metrics", \.metrics, "What is measured: all of them must succeed.", Limits.map(by: "name", 16)),
        .optional("sli", \.sli, "A service level, derived from the metrics that hosts expose: Availability or Latency."),
        .optional("objective", \.objective, "Percent of requests that must be good: 99.9.") {
            $0.minimum = 0
            $0.maximum = 100
            $0.exclusiveMinimum = true
            $0.exclusiveMaximum = true
        },
        .optional("withinMilliseconds", \.withinMilliseconds, "With Latency: a request is good when it took no longer.") {
            $0.minimum = 1
            $0.maximum = 3_600_000
        },
        .optional(
            "prometheus", \.prometheus, "With an sli: who has the hosts' series; unset: the Prometheus that the controller was told of."),
        .collection("matchLabels", \.matchLabels, "With an sli: labels that the series must have: {job: edge-proxy}.") {
            var value = StructuralSchema(.string)
            value.maxLength = 256
            $0.additionalProperties = .schema(value)
            $0.maxProperties = 16
        },
        .collection(
            "rules", \.rules, "With an sli: which metric says what, before the rules that are built in.", Limits.map(by: "name", 16)),
        .defaulted("interval", \.interval, Period(seconds: 60), "With an sli: from the end of one measurement to the next one."),
        .optional(
            "count", \.count,
            "With an sli: how many measurements; unset: five in a step, and as long as the rollout lasts in the background."
        ) {
            $0.minimum = 1
            $0.maximum = 100_000
        },
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules += [
            .init("has(self.sli) || (has(self.metrics) && size(self.metrics) > 0)", message: "wanted metrics, or an sli"),
            .init("has(self.sli) == has(self.objective)", message: "wanted sli and objective together"),
            .init(
                "has(self.withinMilliseconds) == (has(self.sli) && self.sli == 'Latency')",
                message: "withinMilliseconds: wanted with sli Latency, and only there"),
            .init(
                "has(self.sli) || !(has(self.prometheus) || has(self.matchLabels) || has(self.rules) || has(self.count))",
                message: "prometheus, matchLabels, rules and count: wanted with an sli"),
        ]
    }
}

/// What of a service is judged.
package enum ServiceLevelIndicator: String, SchemaValue, CaseIterable, Hashable {
    /// The share of requests that are answered well.
    case availability = "Availability"
    /// The share of requests that are answered soon enough.
    case latency = "Latency"
}

/// A name that texts may hold, and what stands for it. The rollout that runs the analysis may give other values.
package struct AnalysisArgument: SchemaObject, Hashable {
    package var name = ""
    /// Nil: the rollout must give one.
    package var value: String?

    package init() {}
    package init(name: String, value: String? = nil) {
        self.name = name
        self.value = value
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "What stands between {{args. and }}.") {
            $0.pattern = "^[A-Za-z0-9]([-_A-Za-z0-9]*[A-Za-z0-9])?$"
            $0.maxLength = 63
        },
        .optional("value", \.value, "What stands for it, unless the step says otherwise; unset: the step must say.", Limits.text(1024)),
    ]
}

package import Schema

/// One thing that is measured again and again, and the rules by which measurements add up. The rules are those of Argo Rollouts' metrics.
package struct AnalysisMetric: SchemaObject, Hashable {
    package var name = ""
    /// Nil: measured once.
    package var interval: Period?
    package var initialDelay = Period(seconds: 0)
    /// Nil with an interval: until the rollout ends it.
    package var count: Int?
    /// -1: failures don't end it.
    package var failureLimit = 0
    package var inconclusiveLimit = 0
    package var consecutiveErrorLimit = 4
    /// 0: no number of successes ends it.
    package var consecutiveSuccessLimit = 0
    package var consecutiveNoDataLimit = 4
    package var onNaN = AbsenceRule.inconclusive
    package var onNoData = AbsenceRule.wait
    package var dryRun = false
    package var thresholds: MetricThresholds?
    package var compare: MetricComparison?
    package var provider = MetricProvider()

    package init() {}

    /// What a measurement without a number means.
    package enum AbsenceRule: String, SchemaValue, CaseIterable, Hashable {
        /// Nothing yet: it is measured again, up to a limit in succession.
        case wait = "Wait"
        case inconclusive = "Inconclusive"
        case successful = "Successful"
        case failed = "Failed"
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Says in statuses and events which it was.") {
            $0.pattern = Limits.dnsLabelPattern
            $0.minLength = 1
            $0.maxLength = 63
        },
        .optional("interval", \.interval, "From the end of one measurement to the next one, like 30s or 5m; unset: it is measured once."),
        .defaulted("initialDelay", \.initialDelay, Period(seconds: 0), "From the start of the analysis to the first measurement."),
        .optional("count", \.count, "How many measurements that came to an answer; unset with an interval: as long as the rollout lasts.") {
            $0.minimum = 1
            $0.maximum = 100_000
        },
        .defaulted("failureLimit", \.failureLimit, 0, "Failed measurements that are tolerated; -1: any number.") { $0.minimum = -1 },
        .defaulted("inconclusiveLimit", \.inconclusiveLimit, 0, "Inconclusive measurements that are tolerated.", Limits.atLeast(0)),
        .defaulted(
            "consecutiveErrorLimit", \.consecutiveErrorLimit, 4, "Errors in succession that are tolerated; each is tried again after 10s.",
            Limits.atLeast(0)),
        .defaulted(
            "consecutiveSuccessLimit", \.consecutiveSuccessLimit, 0, "Successes in succession that end it well; 0: no number does.",
            Limits.atLeast(0)),
        .defaulted(
            "consecutiveNoDataLimit", \.consecutiveNoDataLimit, 4, "Answers in succession that hold no data and are waited out.",
            Limits.atLeast(0)),
        .defaulted("onNaN", \.onNaN, .inconclusive, "What NaN means: Inconclusive, Successful, Failed, or Wait, as if there were no data."),
        .defaulted("onNoData", \.onNoData, .wait, "What an answer without data means: Wait, Inconclusive, Successful or Failed."),
        .defaulted("dryRun", \.dryRun, false, "It is measured and shown, and changes nothing."),
        .optional("thresholds", \.thresholds, "What numbers are good."),
        .optional("compare", \.compare, "Canary hosts must do no worse than hosts that run the stable revision."),
        .required("provider", \.provider, "Where the numbers come from: exactly one of prometheus, web and hosts."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules += [
            .init("has(self.thresholds) != has(self.compare)", message: "wanted exactly one of thresholds and compare"),
            .init(
                "!has(self.compare) || has(self.provider.hosts)", message: "compare: wanted with provider hosts, which tells hosts apart"),
            .init(
                "!has(self.failureLimit) || self.failureLimit >= 0 || (has(self.consecutiveSuccessLimit) && self.consecutiveSuccessLimit > 0)",
                message: "failureLimit: -1 wants a consecutiveSuccessLimit, or nothing would end it"),
            .init("!has(self.count) || self.count < 2 || has(self.interval)", message: "interval: wanted when count is more than 1"),
        ]
    }
}

/// What numbers are good. Both ends belong to it; an end that is absent is open.
package struct MetricThresholds: SchemaObject, Hashable {
    package var min: Double?
    package var max: Double?
    package var failBelow: Double?
    package var failAbove: Double?

    package init() {}
    package init(min: Double? = nil, max: Double? = nil, failBelow: Double? = nil, failAbove: Double? = nil) {
        self.min = min
        self.max = max
        self.failBelow = failBelow
        self.failAbove = failAbove
    }

    package static let fields: [Field<Self>] = [
        .optional("min", \.min, "A measurement succeeds from here on."),
        .optional("max", \.max, "A measurement succeeds up to here."),
        .optional("failBelow", \.failBelow, "It fails below this; from here to min it is inconclusive. Unset: it fails below min."),
        .optional("failAbove", \.failAbove, "It fails above this; from max to here it is inconclusive. Unset: it fails above max."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules += [
            .init("has(self.min) || has(self.max)", message: "wanted min, max or both"),
            .init("!has(self.min) || !has(self.max) || self.min <= self.max", message: "min: wanted no more than max"),
            .init(
                "!has(self.failBelow) || (has(self.min) && self.failBelow <= self.min)", message: "failBelow: wanted with min, and no more"),
            .init(
                "!has(self.failAbove) || (has(self.max) && self.failAbove >= self.max)", message: "failAbove: wanted with max, and no less"),
        ]
    }
}

/// Against whom canary hosts are held, and how sure it must be.
package struct MetricComparison: SchemaObject, Hashable {
    package var control = Control.matched
    package var falseRollbackRate = Weight(percent: 1)
    package var smallestRegression = Weight(percent: 5)

    package init() {}

    package enum Control: String, SchemaValue, CaseIterable, Hashable {
        /// Hosts on the stable revision with the same zone, class and runtime version, in the same windows.
        case matched = "Matched"
    }

    package static let fields: [Field<Self>] = [
        .defaulted("control", \.control, .matched, "Matched: hosts on the stable revision of the same zone, class and runtime version."),
        .defaulted(
            "falseRollbackRate", \.falseRollbackRate, Weight(percent: 1),
            "How often a revision that is no worse may be called worse, however often one looks: 1, or \"0.5%\"."),
        .defaulted(
            "smallestRegression", \.smallestRegression, Weight(percent: 5),
            "What is worth catching: of a ratio, so many more of a hundred requests fail; of a latency, so many percent slower."),
    ]
}

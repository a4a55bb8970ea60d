package import GraftAPI

/// How a service level is judged by a Prometheus: first it is asked which series there are, then how fast the errors that the objective allows are used up.
package struct ServiceLevelPlan: Hashable, Sendable {
    package let level: AnalysisPlan.ServiceLevel
    /// Labels that series must have.
    private let matchLabels: [String: String]
    /// Of users, before the builtin ones.
    private let rules: [SLIRule]
    private let interval: Period
    private let count: Int?

    /// - Parameter isBackground: it goes on as long as the rollout does, unless the spec says how often.
    package init?(_ spec: ModuleAnalysisSpec, _ level: AnalysisPlan.ServiceLevel?, isBackground: Bool) {
        guard let level else { return nil }
        self.level = level
        matchLabels = spec.matchLabels
        rules = spec.rules
        interval = spec.interval
        count = spec.count ?? (isBackground ? nil : 5)
    }

    private var applicable: [SLIRule] { (rules + SLIRule.builtin).filter { $0.indicator == level.indicator } }

    /// Lists the series that a rule covers, one for each of the labels that rules look at.
    package var discovery: String {
        var names: [String] = []
        var labels: [String] = []
        for rule in applicable {
            let name = rule.metric.hasPrefix("*") ? ".*" + PromQL.escaped(rule.metric.dropFirst()) : PromQL.escaped(rule.metric)
            if !names.contains(name) { names.append(name) }
            if !labels.contains(rule.label) { labels.append(rule.label) }
        }
        let series = PromQL.selector("", matchLabels, "__name__=~\(PromQL.quoted(names.joined(separator: "|")))")
        return "group by (__name__,\(labels.joined(separator: ","))) (\(series))"
    }

    /// What the answer says that hosts expose.
    package static func exposed(in answer: [[String: String]]) -> [ExposedMetric] {
        var found: [String: ExposedMetric] = [:]
        for labels in answer {
            guard let name = labels["__name__"] else { continue }
            for (label, value) in labels where label != "__name__" && !value.isEmpty {
                found[name, default: ExposedMetric(name)].labels[label, default: []].insert(value)
            }
        }
        return found.values.sorted { $0.name < $1.name }
    }

    /// Nil when no rule covers anything of it.
    package func derive(from exposed: [ExposedMetric]) -> DerivedLevel? {
        DerivedLevel.derive(level.indicator, from: exposed, rules: rules, within: level.within, matchLabels: matchLabels)
    }

    /// Names of the metrics that it is judged by, whatever is exposed.
    package static let metricNames = ["fast-burn", "slow-burn"]

    /// The burn rate in the pair of windows that is used up sooner, of each of the two pairs: the smaller of both windows' rates must not exceed the pair's limit.
    /// - Parameter prometheus: whom to ask, with any query.
    package func metrics(of derived: DerivedLevel, asking prometheus: PrometheusProvider) -> [AnalysisMetric] {
        zip(Self.metricNames, [BurnRate.fast, BurnRate.slow]).map { name, pair in
            var metric = AnalysisMetric()
            metric.name = name
            metric.interval = interval
            metric.count = count
            // No requests, no rate.
            metric.onNaN = .wait
            metric.thresholds = MetricThresholds(max: pair.limit)
            metric.provider.prometheus = prometheus
            metric.provider.prometheus?.query = query(derived, pair)
            return metric
        }
    }

    private func query(_ derived: DerivedLevel, _ pair: BurnRate.Pair) -> String {
        let allowed = "(1 - \(numberText(level.objective)) / 100)"
        let (long, short) = (pair.long, pair.short)
        let rates = [long, short].map { "(\(derived.errorQuery(window: $0))) / \(allowed)" }
        return "(\(rates[0]) < \(rates[1])) or \(rates[1])"
    }
}

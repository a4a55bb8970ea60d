package import GraftAPI

/// A `ModuleAnalysis` as it is run: checked, and with values for its arguments.
///
/// Checked here as well, although the API server checks it: the embedded one does not interpret rules in CEL.
package struct AnalysisPlan: Hashable, Sendable {
    /// With values in the texts of their providers.
    package var metrics: [AnalysisMetric]
    package var serviceLevel: ServiceLevel?

    /// A service level and what part of requests must keep it.
    package struct ServiceLevel: Hashable, Sendable {
        package var indicator: ServiceLevelIndicator
        /// Percent of requests: 99.9.
        package var objective: Double
        /// Seconds within which a request must be answered; nil for availability.
        package var within: Double?
    }

    package init(_ spec: ModuleAnalysisSpec, arguments: [String: String] = [:]) throws(AnalysisDefinitionError) {
        let values = try ArgumentValues(declared: spec.args, given: arguments)
        guard spec.sli != nil || !spec.metrics.isEmpty else { throw AnalysisDefinitionError("spec", "wanted metrics, or an sli") }
        var names: Set<String> = []
        var metrics: [AnalysisMetric] = []
        for metric in spec.metrics {
            let field = "spec.metrics[\(metric.name)]"
            guard names.insert(metric.name).inserted else { throw AnalysisDefinitionError(field, "there are two of this name") }
            try MetricCheck(metric: metric, field: field).check()
            metrics.append(try metric.substituting(values, field: field))
        }
        self.metrics = metrics
        serviceLevel = try Self.serviceLevel(of: spec)
    }

    private static func serviceLevel(of spec: ModuleAnalysisSpec) throws(AnalysisDefinitionError) -> ServiceLevel? {
        guard let indicator = spec.sli else {
            guard spec.objective == nil, spec.withinMilliseconds == nil else {
                throw AnalysisDefinitionError("spec.sli", "wanted with objective and withinMilliseconds")
            }
            guard spec.prometheus == nil, spec.matchLabels.isEmpty, spec.rules.isEmpty, spec.count == nil else {
                throw AnalysisDefinitionError("spec.sli", "wanted with prometheus, matchLabels, rules and count")
            }
            return nil
        }
        guard let objective = spec.objective, objective > 0, objective < 100 else {
            throw AnalysisDefinitionError("spec.objective", "wanted a percentage between 0 and 100 with an sli, like 99.9")
        }
        guard (spec.withinMilliseconds != nil) == (indicator == .latency) else {
            throw AnalysisDefinitionError("spec.withinMilliseconds", "wanted with sli Latency, and only there")
        }
        guard spec.interval.seconds >= 1 else {
            throw AnalysisDefinitionError("spec.interval", "found \(spec.interval), wanted 1s or more")
        }
        for metric in spec.metrics where ServiceLevelPlan.metricNames.contains(metric.name) {
            throw AnalysisDefinitionError("spec.metrics[\(metric.name)]", "with an sli its own metrics have this name; call it otherwise")
        }
        for label in spec.matchLabels.keys.sorted() where !PromQL.isLabel(label) {
            throw AnalysisDefinitionError(
                "spec.matchLabels", "found \"\(label)\", wanted names of labels: letters, digits and _, no digit first")
        }
        for rule in spec.rules {
            let field = "spec.rules[\(rule.name)]"
            guard rule.indicator == .availability || rule.metric.hasSuffix("_bucket") else {
                throw AnalysisDefinitionError("\(field).metric", "found \(rule.metric), wanted the _bucket series of a histogram")
            }
            guard (rule.failures != nil) == (rule.indicator == .availability) else {
                throw AnalysisDefinitionError("\(field).failures", "wanted with indicator Availability, and only there")
            }
        }
        return ServiceLevel(indicator: indicator, objective: objective, within: spec.withinMilliseconds.map { Double($0) / 1000 })
    }
}

extension MetricComparison {
    package var rule: ComparisonRule {
        ComparisonRule(
            falseRollbackRate: Double(falseRollbackRate.basisPoints) / 10_000,
            smallestRegression: Double(smallestRegression.basisPoints) / 10_000)
    }
}

extension AnalysisMetric {
    fileprivate func substituting(_ values: ArgumentValues, field: String) throws(AnalysisDefinitionError) -> AnalysisMetric {
        var metric = self
        if var prometheus = provider.prometheus {
            prometheus.address = try values.substituted(in: prometheus.address, field: field + ".provider.prometheus.address")
            prometheus.query = try values.substituted(in: prometheus.query, field: field + ".provider.prometheus.query")
            metric.provider.prometheus = prometheus
        }
        if var web = provider.web {
            web.url = try values.substituted(in: web.url, field: field + ".provider.web.url")
            web.pointer = try values.substituted(in: web.pointer, field: field + ".provider.web.pointer")
            metric.provider.web = web
        }
        return metric
    }
}

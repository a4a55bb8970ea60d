import GraftAPI

/// What spans the fields of a metric; each field by itself is checked by its schema.
struct MetricCheck {
    let metric: AnalysisMetric
    let field: String

    func check() throws(AnalysisDefinitionError) {
        try checkProvider()
        try checkJudge()
        try checkLimits()
    }

    private func checkProvider() throws(AnalysisDefinitionError) {
        let provider = metric.provider
        try want(
            [provider.prometheus != nil, provider.web != nil, provider.hosts != nil].count { $0 } == 1, "provider",
            "wanted exactly one of prometheus, web and hosts")
        let timeouts = [("prometheus", provider.prometheus?.timeout), ("web", provider.web?.timeout)]
        for (name, timeout) in timeouts {
            guard let timeout else { continue }
            try want(
                Self.timeouts.contains(timeout.seconds), "provider.\(name).timeout",
                "found \(timeout), wanted \(Self.timeouts.lowerBound)s to \(Period(seconds: Self.timeouts.upperBound))")
        }
        if let range = provider.prometheus?.range { try check(range) }
        guard let hosts = provider.hosts else { return }
        try want(
            [hosts.ratio != nil, hosts.latency != nil, hosts.increase != nil].count { $0 } == 1, "provider.hosts",
            "wanted exactly one of ratio, latency and increase")
        if let ratio = hosts.ratio { try want(ratio.failures != ratio.total, "provider.hosts.ratio", "wanted two different series") }
    }

    /// Seconds. Whoever waits longer keeps others of its namespace from being measured.
    private static let timeouts = 1...120
    private static let mostEvaluations = 1000

    private func check(_ range: QueryRange) throws(AnalysisDefinitionError) {
        let field = "provider.prometheus.range"
        try want(range.step.seconds >= 1, "\(field).step", "found \(range.step), wanted 1s or more")
        try want(range.duration >= range.step, "\(field).duration", "found \(range.duration), wanted at least step, \(range.step)")
        try want(
            range.duration.seconds / range.step.seconds <= Self.mostEvaluations, "\(field).step",
            "found \(range.step) in \(range.duration), wanted at most \(Self.mostEvaluations) of them")
    }

    private func checkJudge() throws(AnalysisDefinitionError) {
        try want((metric.thresholds != nil) != (metric.compare != nil), "", "wanted exactly one of thresholds and compare")
        if let thresholds = metric.thresholds { try check(thresholds) }
        guard let compare = metric.compare else { return }
        try want(
            metric.provider.hosts.map { $0.increase == nil } ?? false, "compare",
            "wanted with provider hosts, and there a ratio or a latency: numbers of other providers don't tell hosts apart")
        let parts = [("falseRollbackRate", compare.falseRollbackRate), ("smallestRegression", compare.smallestRegression)]
        for (name, part) in parts {
            try want(part > .none && part < .all, "compare.\(name)", "found \(part), wanted more than 0% and less than 100%")
        }
    }

    private func check(_ thresholds: MetricThresholds) throws(AnalysisDefinitionError) {
        try want(thresholds.min != nil || thresholds.max != nil, "thresholds", "wanted min, max or both")
        if let min = thresholds.min, let max = thresholds.max {
            try want(min <= max, "thresholds.min", "found \(min), wanted no more than max, \(max)")
        }
        if let bound = thresholds.failBelow {
            try want(
                thresholds.min.map { bound <= $0 } ?? false, "thresholds.failBelow", "found \(bound), wanted with min, and no more than it")
        }
        if let bound = thresholds.failAbove {
            try want(
                thresholds.max.map { bound >= $0 } ?? false, "thresholds.failAbove", "found \(bound), wanted with max, and no less than it")
        }
    }

    private func checkLimits() throws(AnalysisDefinitionError) {
        let (failures, successes) = (metric.failureLimit, metric.consecutiveSuccessLimit)
        if let interval = metric.interval {
            try want(interval.seconds >= 1, "interval", "found \(interval), wanted 1s or more: nobody is asked without a pause")
        }
        try want(failures >= -1, "failureLimit", "found \(failures), wanted 0 or more, or -1 for any number")
        let others = [
            ("inconclusiveLimit", metric.inconclusiveLimit), ("consecutiveErrorLimit", metric.consecutiveErrorLimit),
            ("consecutiveSuccessLimit", successes), ("consecutiveNoDataLimit", metric.consecutiveNoDataLimit),
        ]
        for (name, limit) in others { try want(limit >= 0, name, "found \(limit), wanted 0 or more") }
        try want(failures >= 0 || successes > 0, "failureLimit", "-1 wants a consecutiveSuccessLimit, or nothing would end it")
        guard let count = metric.count else { return }
        try want(count >= 1, "count", "found \(count), wanted 1 or more")
        try want(count < 2 || metric.interval != nil, "interval", "wanted when count is more than 1")
        try want(
            count >= max(failures, 0) + successes, "count",
            "found \(count), wanted at least failureLimit and consecutiveSuccessLimit together, \(max(failures, 0) + successes)")
        try want(
            count >= metric.inconclusiveLimit, "count", "found \(count), wanted at least inconclusiveLimit, \(metric.inconclusiveLimit)")
    }

    private func want(_ condition: Bool, _ name: String, _ problem: @autoclosure () -> String) throws(AnalysisDefinitionError) {
        if !condition { throw AnalysisDefinitionError(name.isEmpty ? field : "\(field).\(name)", problem()) }
    }
}

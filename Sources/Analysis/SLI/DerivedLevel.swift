package import GraftAPI

/// A service level that was derived from what a host exposes, with the PromQL that measures it.
package struct DerivedLevel: Hashable, Sendable {
    package var indicator: ServiceLevelIndicator
    package var rule: String
    package var metric: String
    /// Good requests a second, over a window.
    private var good: String
    /// All requests a second, over a window; `[]` stands for the window.
    private var total: String
    /// Of latency: the bound of a bucket, in seconds, within which a request is good.
    package private(set) var within: Double?

    /// The first rule that covers one of the metrics; rules of users go before the builtin ones. Nil when none does.
    ///
    /// - Parameter within: for latency, the longest duration that is good, in seconds. The greatest bucket that is no longer is taken, as a histogram knows no
    ///   durations between the bounds of its buckets.
    /// - Parameter matchLabels: labels that series must have besides, in every query.
    package static func derive(
        _ indicator: ServiceLevelIndicator, from exposed: [ExposedMetric], rules: [SLIRule] = [], within: Double? = nil,
        matchLabels: [String: String] = [:]
    ) -> DerivedLevel? {
        for rule in rules + SLIRule.builtin where rule.indicator == indicator {
            for metric in exposed.sorted(by: { $0.name < $1.name }) where rule.covers(metric) {
                if let level = DerivedLevel(rule, metric, within: within, matchLabels) { return level }
            }
        }
        return nil
    }

    private init?(_ rule: SLIRule, _ metric: ExposedMetric, within: Double?, _ matchLabels: [String: String]) {
        func series(_ name: some StringProtocol, _ more: String? = nil) -> String { PromQL.selector(name, matchLabels, more) }
        indicator = rule.indicator
        self.rule = rule.name
        self.metric = metric.name
        switch rule.indicator {
        case .availability:
            guard let failures = rule.failures else { return nil }
            total = "sum(rate(\(series(metric.name))[]))"
            good = "sum(rate(\(series(metric.name, "\(rule.label)!~\(PromQL.quoted(failures))"))[]))"
        case .latency:
            guard let within, metric.name.hasSuffix("_bucket") else { return nil }
            // Bounds are matched as texts: the host's own.
            let bounds = metric.labels[rule.label, default: []].compactMap { text in Double(text).map { (text, $0) } }
            guard let bound = bounds.filter({ $0.1 <= within }).max(by: { $0.1 < $1.1 }) else { return nil }
            self.within = bound.1
            total = "sum(rate(\(series(metric.name.dropLast("_bucket".count) + "_count"))[]))"
            good = "sum(rate(\(series(metric.name, "\(rule.label)=\(PromQL.quoted(bound.0))"))[]))"
        }
    }

    package func goodQuery(window: Period = Period(seconds: 300)) -> String { good.replacingWindow(window) }
    package func totalQuery(window: Period = Period(seconds: 300)) -> String { total.replacingWindow(window) }

    /// The share of requests that are not good; NaN while there are none.
    package func errorQuery(window: Period = Period(seconds: 300)) -> String {
        "1 - \(goodQuery(window: window)) / \(totalQuery(window: window))"
    }

    /// How it is made from what the host exposes.
    package func lineage(objective: Double) -> Lineage {
        var lineage = Lineage()
        let exposed = indicator == .latency ? [metric, String(metric.dropLast("_bucket".count)) + "_count"] : [metric]
        for name in exposed { lineage.add(.init(name, text: "exposed by hosts")) }
        lineage.add(.init("good", from: [metric], text: goodQuery()))
        lineage.add(.init("total", from: [exposed.last ?? metric], text: totalQuery()))
        lineage.add(.init(indicator.rawValue, from: ["good", "total"], text: "good / total, wanted \(numberText(objective))%"))
        lineage.add(.init("burn rate", from: [indicator.rawValue], text: "errors, of those that the objective allows"))
        return lineage
    }

}

extension String {
    fileprivate func replacingWindow(_ window: Period) -> String {
        guard let place = lastRange(of: "[]") else { return self }
        return self[..<place.lowerBound] + "[\(window)]" + self[place.upperBound...]
    }

    private func lastRange(of text: String) -> Range<String.Index>? { ranges(of: text).last }
}

import GraftAPI

/// What one measurement came to, before it is counted.
struct Judgement: Hashable {
    var phase: MeasurementStatus.Phase
    var value: String?
    var message: String?

    init(_ phase: MeasurementStatus.Phase, value: String? = nil, message: String? = nil) {
        self.phase = phase
        self.value = value
        self.message = message.map { String($0.prefix(512)) }
    }

    init(_ reading: Reading, by metric: AnalysisMetric) {
        switch reading {
        case .number(let number) where number.isNaN:
            self.init(metric.onNaN.phase, value: "NaN", message: "the result is no number")
        case .number(let number):
            guard let thresholds = metric.thresholds else {
                self.init(.error, value: numberText(number), message: "a number came where hosts are compared")
                return
            }
            self = thresholds.judge(number)
        case .noData: self.init(metric.onNoData.phase, message: "the provider has no data")
        case .error(let message): self.init(.error, message: message)
        case .comparison(let outcome): self.init(outcome)
        }
    }

    private init(_ outcome: ComparisonOutcome) {
        switch outcome.verdict {
        case .better, .same: self.init(.successful, value: outcome.verdict.rawValue, message: outcome.numbers)
        case .worse: self.init(.failed, value: outcome.verdict.rawValue, message: outcome.numbers)
        case .notEnoughData: self.init(.undecided, value: outcome.verdict.rawValue, message: outcome.numbers)
        }
    }
}

extension MetricThresholds {
    func judge(_ number: Double) -> Judgement {
        let value = numberText(number)
        if let bound = failBelow ?? min, number < bound {
            return Judgement(.failed, value: value, message: "\(value) is below \(numberText(bound))")
        }
        if let bound = failAbove ?? max, number > bound {
            return Judgement(.failed, value: value, message: "\(value) is above \(numberText(bound))")
        }
        if let min, number < min {
            return Judgement(
                .inconclusive, value: value, message: "\(value) is below \(numberText(min)), but not below \(numberText(failBelow ?? min))")
        }
        if let max, number > max {
            return Judgement(
                .inconclusive, value: value, message: "\(value) is above \(numberText(max)), but not above \(numberText(failAbove ?? max))")
        }
        return Judgement(.successful, value: value)
    }
}

extension AnalysisMetric.AbsenceRule {
    fileprivate var phase: MeasurementStatus.Phase {
        switch self {
        case .wait: .noData
        case .inconclusive: .inconclusive
        case .successful: .successful
        case .failed: .failed
        }
    }
}

/// As Prometheus writes numbers.
func numberText(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
    return number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
}

import GraftAPI
import KubeRuntime

extension CheckStatus {
    private static let backoff = Backoff(base: .seconds(1), cap: .seconds(60), jitter: 0.25)

    /// What a webhook came to.
    /// - Returns: how long to wait before it is asked again; nil when it is over.
    mutating func take(_ outcome: WebhookOutcome, of work: WebhookWork, chance: Double) -> Duration? {
        func ended(_ phase: AnalysisPhase, _ verdict: String, _ message: String?) -> Duration? {
            self.phase = phase
            self.message = String("\(subject) says \(verdict)\(message.map { ": \($0)" } ?? "")".prefix(512))
            return nil
        }
        switch outcome {
        case .go(let message): return ended(.successful, "Go", message)
        case .noGo(let message): return ended(.failed, "NoGo", message)
        case .wait(let message, let pause):
            _ = ended(.running, "Wait", message)
            attempts = 0
            return max(pause ?? CheckLedger.pollInterval, .seconds(1))
        case .refused(let message):
            attempts += 1
            phase = .error
            self.message = String(message.prefix(512))
            return nil
        case .failed(let message, let pause):
            attempts += 1
            let isLast = attempts > work.retries
            phase = isLast ? .error : .running
            let tries = attempts == 1 ? "1 try" : "\(attempts) tries"
            self.message = String("\(tries) of \(work.retries + 1): \(message)".prefix(512))
            return isLast ? nil : max(pause ?? .zero, Self.backoff.delay(attempts, random: chance))
        }
    }

    /// How many samples hosts have seen.
    mutating func take(_ samples: Int64?, of series: HostSeries, wanted: Int64) {
        guard let samples else {
            phase = .running
            message = "no host on the canary tells anything of \(series.name) yet"
            return
        }
        self.samples = samples
        phase = samples >= wanted ? .successful : .running
        message = "\(samples) of \(wanted) \(series.name)"
    }
}

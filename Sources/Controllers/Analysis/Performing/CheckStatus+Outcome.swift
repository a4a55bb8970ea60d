import GraftAPI
import KubeRuntime

extension CheckStatus {
    private static let backoff = Backoff(base: .seconds(1), cap: .seconds(60), jitter: 0.25)

    /// What a webhook came to.
    /// - Parameter failures: in succession, this one not included; changed to those since. What the status has is how often it was asked in all.
    /// - Returns: how long to wait before it is asked again; nil when it is over.
    mutating func take(_ outcome: WebhookOutcome, of work: WebhookWork, failures: inout Int, chance: Double) -> Duration? {
        attempts += 1
        switch outcome {
        case .go(let message):
            (phase, self.message) = (.successful, message)
            return nil
        case .noGo(let message):
            (phase, self.message) = (.failed, message)
            return nil
        case .wait(let message, let pause):
            (phase, self.message) = (.running, "it says Wait" + (message.map { ": \($0)" } ?? ""))
            failures = 0
            return max(pause ?? CheckLedger.pollInterval, .seconds(1))
        case .refused(let message):
            (phase, self.message) = (.error, message)
            return nil
        case .failed(let message, let pause):
            failures += 1
            self.message = message
            let isLast = failures > work.retries
            phase = isLast ? .error : .running
            return isLast ? nil : max(pause ?? .zero, Self.backoff.delay(failures, random: chance))
        }
    }

    /// How many samples hosts have seen.
    mutating func take(_ samples: Int64?, wanted: Int64) {
        guard let samples else {
            (phase, message) = (.running, "no host on the canary tells anything of it yet")
            return
        }
        // Another leader counts anew from where it began to listen.
        let counted = max(samples, self.samples ?? 0)
        self.samples = counted
        (phase, message) = (counted >= wanted ? .successful : .running, nil)
    }
}

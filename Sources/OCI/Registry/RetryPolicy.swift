internal import Glibc

/// How long and how often a registry is asked again that can't be reached, is busy or fails.
package struct RetryPolicy: Sendable {
    /// After this time since the first attempt no further one is made. Zero: one attempt only.
    package var patience: Duration
    package var firstDelay: Duration
    package var longestDelay: Duration

    package init(patience: Duration = .seconds(15), firstDelay: Duration = .milliseconds(200), longestDelay: Duration = .seconds(5)) {
        self.patience = patience
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    package static let none = RetryPolicy(patience: .zero)
}

/// Time and chance, as arguments.
package struct Timing: Sendable {
    package var now: @Sendable () -> ContinuousClock.Instant
    package var sleep: @Sendable (Duration) async throws -> Void
    /// From 0 up to, but not, 1.
    package var random: @Sendable () -> Double
    /// Seconds since 1970, for dates that servers give.
    package var date: @Sendable () -> Int64

    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> Double, date: @escaping @Sendable () -> Int64 = Timing.systemDate
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
        self.date = date
    }

    package static let systemDate: @Sendable () -> Int64 = { Int64(time(nil)) }

    package static let system = Timing(
        now: { .now }, sleep: { try await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) })
}

/// The attempts at one operation: when to make the next.
struct RetryState {
    private let policy: RetryPolicy
    private var deadline: ContinuousClock.Instant
    private var attempts = 0

    init(_ policy: RetryPolicy, now: ContinuousClock.Instant) {
        self.policy = policy
        deadline = now + policy.patience
    }

    /// Nil: give up. Delays double and are spread over their whole length, so that many clients don't come back at once; the registry's own
    /// wish is a lower bound.
    mutating func delay(after error: OCIError, now: ContinuousClock.Instant, random: Double) -> Duration? {
        guard error.isTransient else { return nil }
        let growing = policy.firstDelay * (1 << min(attempts, 16))
        let delay = max(min(growing, policy.longestDelay) * random, error.retryAfter ?? .zero)
        guard now + delay < deadline else { return nil }
        attempts += 1
        return delay
    }

    /// Enough came through: patience starts anew.
    mutating func reset(now: ContinuousClock.Instant) {
        attempts = 0
        deadline = now + policy.patience
    }
}

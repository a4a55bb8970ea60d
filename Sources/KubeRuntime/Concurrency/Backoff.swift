/// How long to wait after how many failures in a row: exponential, capped, jittered, so that a thousand clients that failed together
/// do not come back together.
public struct Backoff: Sendable, Hashable {
    /// After the first failure.
    public var base: Duration
    /// By which each delay is longer than the one before.
    public var factor: Double
    /// Before jitter.
    public var cap: Duration
    /// The share by which a delay is made longer or shorter at most, from 0 to 1.
    public var jitter: Double

    /// Made of its members.
    public init(base: Duration, factor: Double = 2, cap: Duration, jitter: Double = 0.5) {
        self.base = base
        self.factor = factor
        self.cap = cap
        self.jitter = jitter
    }

    /// For watches and lists: 0.25 s to 30 s.
    public static let watch = Backoff(base: .milliseconds(250), cap: .seconds(30))
    /// For reconciles: 0.1 s to 60 s.
    public static let reconcile = Backoff(base: .milliseconds(100), cap: .seconds(60), jitter: 0.25)

    /// - Parameters:
    ///   - failures: in a row, from 1; less counts as none and gives zero.
    ///   - random: from 0 up to 1.
    public func delay(_ failures: Int, random: Double) -> Duration {
        guard failures > 0 else { return .zero }
        var delay = base
        for _ in 1..<min(failures, 64) where delay < cap { delay = delay * factor }
        return min(delay, cap) * (1 - jitter + 2 * jitter * random)
    }
}

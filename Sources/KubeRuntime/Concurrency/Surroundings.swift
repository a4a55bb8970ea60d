import Glibc
import KubeClient
public import KubeCore

/// Time and chance, as arguments: what depends on them is tested with a clock that a test moves.
public struct Surroundings: Sendable {
    /// Monotonic, since some moment. Never goes back, whatever happens to the system's clock.
    public var now: @Sendable () -> Duration
    /// For what others read; never for deciding how long something took.
    public var wallTime: @Sendable () -> Timestamp
    /// Throws `CancellationError` when the task is cancelled meanwhile.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// From 0 up to, but not including, 1.
    public var random: @Sendable () -> Double

    /// Made of its members.
    public init(
        now: @escaping @Sendable () -> Duration, wallTime: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.wallTime = wallTime
        self.sleep = sleep
        self.random = random
    }

    /// The machine's clocks, and its random numbers.
    public static let system = Surroundings(
        now: {
            // Counts while the machine sleeps: a lease runs out meanwhile, too.
            var time = timespec()
            clock_gettime(CLOCK_BOOTTIME, &time)
            return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
        },
        wallTime: Timestamp.now,
        sleep: { try await Task.sleep(for: $0) },
        random: { Double.random(in: 0..<1) })
}

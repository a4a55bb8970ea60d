import Glibc

/// Time and chance, as arguments.
package struct TelemetryTime: Sendable {
    /// Monotonic, since some moment.
    package var now: @Sendable () -> Duration
    /// Nanoseconds since 1970.
    package var wall: @Sendable () -> UInt64
    /// Throws `CancellationError` when the task is cancelled meanwhile.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Any 64 bits.
    package var random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Duration, wall: @escaping @Sendable () -> UInt64,
        sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.wall = wall
        self.sleep = sleep
        self.random = random
    }

    /// The machine's clocks, and its random numbers.
    package static let system = TelemetryTime(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
        },
        wall: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        },
        sleep: { try await Task.sleep(for: $0) },
        random: { UInt64.random(in: .min ... .max) })

    /// From 0 up to, but not including, 1.
    var fraction: Double { Double(random() >> 11) * 0x1p-53 }
}

import Synchronization
import Telemetry

/// A clock that needs no time to sleep: whoever sleeps moves it, and nothing else does, least of all a slow machine.
final class QuickTime: Sendable {
    private let state = Mutex((offset: Duration.zero, sleeps: [Duration]()))

    /// What was slept, in order.
    var sleeps: [Duration] { state.withLock { $0.sleeps } }

    var time: TelemetryTime {
        TelemetryTime(
            now: { self.state.withLock { $0.offset } },
            wall: { 1_700_000_000_000_000_000 },
            sleep: { duration in
                try Task.checkCancellation()
                self.state.withLock { state in
                    state.offset += duration
                    state.sleeps.append(duration)
                }
                // Not all at once, for a loop that never waits leaves nobody else a turn.
                try await Task.sleep(for: .milliseconds(2))
            },
            random: { 1 << 63 })
    }
}

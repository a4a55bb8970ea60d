import KubeCore
import KubeRuntime
import Synchronization

/// A clock that a test moves. Chance is always one half, unless said otherwise: jitter changes nothing then.
final class ManualTime: Sendable {
    private struct State {
        var now = Duration.seconds(1000)
        var lastID: UInt64 = 0
        var sleepers: [UInt64: (until: Duration, continuation: CheckedContinuation<Bool, Never>)] = [:]
    }

    private let state = Mutex(State())
    private let random: @Sendable () -> Double
    /// The system's clock, which may be set.
    private let wallTime = Mutex(Timestamp(seconds: 1_767_225_600))

    init(random: @escaping @Sendable () -> Double = { 0.5 }) { self.random = random }

    /// Sets the system's clock forward, or back.
    func jump(_ duration: Duration) { wallTime.withLock { $0 = $0 + duration } }

    var now: Duration { state.withLock { $0.now } }
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    var surroundings: Surroundings {
        Surroundings(
            now: { self.now }, wallTime: { self.wallTime.withLock(\.self) + self.now }, sleep: { try await self.sleep($0) },
            random: random)
    }

    /// Moves the clock, and wakes whoever slept until then.
    func advance(_ duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $1.until <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    /// Moves the clock and wakes nobody yet, as for a process that was stopped meanwhile.
    func standStill(_ duration: Duration) { state.withLock { $0.now += duration } }

    /// Moves the clock to when the next sleeper wakes; false when nobody sleeps, or only for longer than `limit`: deadlines of what is
    /// under way sleep, too, and must not pass because the machine is slow.
    @discardableResult
    func advanceToNextSleeper(within limit: Duration = .seconds(1 << 30)) -> Bool {
        let pause = state.withLock { state in state.sleepers.values.map(\.until).min().map { $0 - state.now } }
        guard let pause, pause <= limit else { return false }
        advance(max(pause, .zero))
        return true
    }

    /// The same, but only when at least so many sleep until then or less: the others are at something that must not be cut short.
    func advanceToNextSleeper(within limit: Duration, asleep count: Int) {
        let isQuiet = state.withLock { state in state.sleepers.values.count { $0.until - state.now <= limit } >= count }
        if isQuiet { advanceToNextSleeper(within: limit) }
    }

    private func sleep(_ duration: Duration) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let hasWoken = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if duration <= .zero { return true }
                    state.sleepers[id] = (state.now + duration, continuation)
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(returning: false)
        }
        guard hasWoken else { throw CancellationError() }
    }
}

import KubeRuntime
import Synchronization

/// Counts the timers that a controller holds: all that it waits for by the clock, it waits for by its surroundings' `sleep`.
final class SleepCount: Sendable {
    private struct State {
        /// How many are held, by their length.
        var held: [Duration: Int] = [:]
        /// How many have run out.
        var rung = 0
    }

    private let state = Mutex(State())

    /// The machine's, counted.
    var surroundings: Surroundings {
        var surroundings = Surroundings.system
        let sleep = surroundings.sleep
        surroundings.sleep = { duration in
            self.state.withLock { $0.held[duration, default: 0] += 1 }
            defer {
                self.state.withLock { state in
                    let left = (state.held[duration] ?? 1) - 1
                    state.held[duration] = left > 0 ? left : nil
                }
            }
            try await sleep(duration)
            self.state.withLock { $0.rung += 1 }
        }
        return surroundings
    }

    var rung: Int { state.withLock { $0.rung } }

    /// Lengths of those that are held, in seconds.
    var held: [Double] {
        state.withLock { $0.held.flatMap { Array(repeating: ($0.key / .seconds(1) * 10).rounded() / 10, count: $0.value) } }.sorted()
    }
}

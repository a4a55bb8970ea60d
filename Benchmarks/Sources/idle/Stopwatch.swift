import Synchronization

/// How long phases take, in whole tenths of a second.
final class Stopwatch: Sendable {
    private let began = ContinuousClock.now
    private let last = Mutex(ContinuousClock.now)

    /// Since the last lap, or the beginning.
    @discardableResult
    func lap() -> String {
        last.withLock { last in
            defer { last = .now }
            return Self.text(.now - last)
        }
    }

    var total: String { Self.text(.now - began) }

    private static func text(_ duration: Duration) -> String { "\(((duration / .seconds(1)) * 10).rounded() / 10) s" }
}

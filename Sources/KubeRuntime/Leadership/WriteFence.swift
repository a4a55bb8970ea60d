import KubeCore
import Synchronization

/// Whether writes may still be sent: open while whoever holds it is certain to hold it, by the monotonic clock alone.
///
/// A process that is stopped and goes on later, or whose threads were all busy, finds the fence closed at the first look, before
/// anything has told it that its time is over.
public final class WriteFence: Sendable {
    private enum State {
        case closed(why: String)
        case open(until: Duration)
    }

    private let state = Mutex(State.closed(why: "it was not taken yet"))
    private let surroundings: Surroundings

    /// A fence that is closed, until an election or a membership opens it.
    public init(surroundings: Surroundings = .system) { self.surroundings = surroundings }

    /// Whether a write may be sent now.
    public var isOpen: Bool { remaining() > .zero }

    /// Asks whether a write may be sent now.
    /// - Throws: `LeadershipLost` when nothing may be written any more, or not yet.
    /// - Returns: for how long writes may be sent, unless that is made longer.
    @discardableResult
    public func check() throws -> Duration {
        switch state.withLock(\.self) {
        case .closed(let why): throw LeadershipLost(why)
        case .open(let end):
            let left = end - surroundings.now()
            guard left > .zero else { throw LeadershipLost("it was not renewed in time; nothing is written any more") }
            return left
        }
    }

    private func remaining() -> Duration {
        switch state.withLock(\.self) {
        case .closed: .zero
        case .open(let end): end - surroundings.now()
        }
    }

    /// Opens it, or keeps it open, until a moment of the monotonic clock.
    func open(until end: Duration) { state.withLock { $0 = .open(until: end) } }

    func close(_ why: String) { state.withLock { $0 = .closed(why: why) } }
}

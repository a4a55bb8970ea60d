import Synchronization

/// Hands elements from one task that makes them to one that uses them, in order, so that both work at the same time. When more than a
/// bound is under way, the maker waits.
///
/// The maker must end it, by `finish`, also when it is cancelled; the user closes it when it wants no more.
final class Relay<Element: Sendable>: Sendable {
    fileprivate struct State {
        var line: [(element: Element, weight: Int)] = []
        /// Where the next to be used stands; what is before was used.
        var first = 0
        var weight = 0
        /// Set once nothing more comes.
        var ending: Result<Void, any Error>?
        var isClosed = false
        var maker: CheckedContinuation<Void, Never>?
        var user: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how much weight may wait; one element may always.
    init(limit: Int) { self.limit = limit }

    /// Hands one over; returns when there is room for the next.
    /// - Throws: `CancellationError` when nobody wants more.
    func send(_ element: Element, weight: Int) async throws(CancellationError) {
        let user = state.withLock { state in
            state.line.append((element, weight))
            state.weight += weight
            return state.takeUser()
        }
        user?.resume()
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.weight <= limit || state.isClosed { return true }
                state.maker = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
        guard !state.withLock({ $0.isClosed }) else { throw CancellationError() }
    }

    /// Nothing more comes. An error reaches the user behind everything that was sent.
    func finish(_ ending: Result<Void, any Error>) {
        let user = state.withLock { state in
            state.ending = ending
            return state.takeUser()
        }
        user?.resume()
    }

    /// The next one; nil at the end.
    /// - Throws: what the maker ended with.
    func next() async throws -> Element? {
        while true {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.first < state.line.count || state.ending != nil { return true }
                    state.user = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
            let (element, maker, ending) = state.withLock { state in
                let element = state.takeFirst()
                return (element, state.weight <= limit ? state.takeMaker() : nil, state.ending)
            }
            maker?.resume()
            if let element { return element }
            if let ending {
                try ending.get()
                return nil
            }
        }
    }

    /// Whether the maker waits for room.
    var isHeldUp: Bool { state.withLock { $0.maker != nil } }
    /// Elements that were sent and not used yet.
    var waiting: Int { state.withLock { $0.line.count - $0.first } }

    /// Nothing more is wanted.
    func close() {
        let maker = state.withLock { state in
            state.isClosed = true
            (state.line, state.first, state.weight) = ([], 0, 0)
            return state.takeMaker()
        }
        maker?.resume()
    }
}

extension Relay.State {
    fileprivate mutating func takeFirst() -> Element? {
        guard first < line.count else { return nil }
        let (element, weight) = line[first]
        first += 1
        self.weight -= weight
        if first == line.count { (line, first) = ([], 0) }
        return element
    }

    fileprivate mutating func takeMaker() -> CheckedContinuation<Void, Never>? {
        defer { maker = nil }
        return maker
    }

    fileprivate mutating func takeUser() -> CheckedContinuation<Void, Never>? {
        defer { user = nil }
        return user
    }
}

import Synchronization

/// Spans that wait to be exported. Never holds more than `limit`: what comes while it is full is dropped, and counted, so that a
/// collector that is away takes no memory and stops nobody.
package final class SpanQueue: Sendable {
    private struct State {
        var spans: [FinishedSpan] = []
        var dropped: UInt64 = 0
    }

    private let state = Mutex(State())
    package let limit: Int

    package init(limit: Int = 4096) { self.limit = limit }

    package func add(_ span: FinishedSpan) {
        state.withLock { state in
            if state.spans.count < limit { state.spans.append(span) } else { state.dropped += 1 }
        }
    }

    /// The oldest spans, at most `count`; they are out of the queue then.
    package func take(_ count: Int) -> [FinishedSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(count))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }

    package var count: Int { state.withLock { $0.spans.count } }
    /// Spans that nobody will see.
    package var dropped: UInt64 { state.withLock { $0.dropped } }

    func drop(_ count: Int) { state.withLock { $0.dropped += UInt64(count) } }
}

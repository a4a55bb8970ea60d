package import KubeCore

/// A change of a series, as its source sent it.
package struct StreamChange<Value: Hashable & Sendable>: Hashable, Sendable {
    /// Which host sends it.
    package var source: String
    /// When it happened, by the source's clock.
    package var time: Timestamp
    package var value: Value

    package init(source: String, time: Timestamp, value: Value) {
        self.source = source
        self.time = time
        self.value = value
    }
}

/// What happened from `start` up to, but not at, `end`: by time, then by source, then as it was sent.
package struct StreamWindow<Value: Hashable & Sendable>: Hashable, Sendable {
    package var start: Timestamp
    package var end: Timestamp
    package var changes: [StreamChange<Value>]
}

/// Changes of many sources, brought into the order of their times and cut into windows of one width.
///
/// A source's watermark promises that it sends nothing older any more. A window is complete when every source that has not ended is past its end: then it is
/// handed out, once, whatever clock or timer says, and whichever way changes arrived. A source that vanished must be ended, or nothing is complete any
/// more; what it has sent counts, and the others go on without it. What comes for a window that was handed out is too late, and is counted.
///
/// Windows in which nothing happened are left out. It holds what has arrived for windows that are open, and no more.
package struct WindowedStream<Value: Hashable & Sendable>: Sendable {
    package let width: Duration
    /// Changes that came after their window was handed out.
    package private(set) var late = 0
    /// Up to here all was handed out; it never goes back.
    package private(set) var closedUntil: Timestamp?
    private var sources: [String: Source] = [:]
    /// Of sources that have ended, the greatest.
    private var endedAt: Timestamp?
    /// By the start of their window, in the order of their arrival.
    private var open: [Timestamp: [StreamChange<Value>]] = [:]

    /// One that changes are waited for from.
    private struct Source: Sendable {
        var watermark: Timestamp
        /// End of the last window that it has sent something for; nil as long as it has sent nothing.
        var last: Timestamp?
    }

    /// - Parameter width: of windows; they begin at multiples of it since 1970. At least a microsecond.
    package init(width: Duration) { self.width = max(width, .microseconds(1)) }

    /// Changes that wait for their window to be complete.
    package private(set) var waiting = 0

    /// Takes a change; its source counts from now on, if it did not before.
    /// - Returns: false when it is too late.
    @discardableResult
    package mutating func receive(_ change: StreamChange<Value>) -> Bool {
        let start = start(of: change.time)
        var source = sources[change.source] ?? Source(watermark: start)
        defer { sources[change.source] = source }
        if let closedUntil, start < closedUntil {
            late += 1
            return false
        }
        source.last = max(start + width, source.last ?? start)
        open[start, default: []].append(change)
        waiting += 1
        return true
    }

    /// Up to here every source has sent all it will; nil without any.
    package var watermark: Timestamp? { sources.values.lazy.map(\.watermark).min() }

    /// The source will send nothing that happened before `watermark`. One that is smaller than the last one changes nothing.
    package mutating func advance(_ source: String, to watermark: Timestamp) {
        sources[source, default: Source(watermark: watermark)].watermark = max(watermark, sources[source]?.watermark ?? watermark)
    }

    /// The source has vanished: nothing is waited for from it. It costs the same however much waits: a fleet may vanish at once.
    package mutating func end(_ source: String) {
        guard let source = sources.removeValue(forKey: source) else { return }
        // What it has sent last belongs to a window that may be complete by that.
        endedAt = [endedAt, source.watermark, source.last].compactMap { $0 }.max()
    }

    /// Sources that have promised nothing since then: they are there, and keep all others waiting.
    package func sources(behind moment: Timestamp) -> [String] { sources.filter { $0.value.watermark < moment }.map(\.key) }

    /// Windows that have become complete, oldest first. With no source left, those are all up to where the last one ended.
    package mutating func completed() -> [StreamWindow<Value>] {
        guard let watermark = watermark ?? endedAt else { return [] }
        let limit = start(of: watermark)
        if let closedUntil, limit <= closedUntil { return [] }
        closedUntil = limit
        let complete = open.keys.filter { $0 < limit }.sorted()
        return complete.map { start in
            let changes = open.removeValue(forKey: start) ?? []
            waiting -= changes.count
            let ordered = changes.enumerated().sorted { left, right in
                (left.element.time, left.element.source, left.offset) < (right.element.time, right.element.source, right.offset)
            }
            return StreamWindow(start: start, end: start + width, changes: ordered.map(\.element))
        }
    }

    private func start(of time: Timestamp) -> Timestamp {
        let size = max(1, width.microseconds)
        let rest = time.microseconds % size
        return Timestamp(microseconds: time.microseconds - (rest < 0 ? rest + size : rest))
    }
}

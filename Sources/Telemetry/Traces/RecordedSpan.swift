import Synchronization
package import Tracing

/// One span. What is not sampled records nothing, and passes its context on.
///
/// Holds at most 128 attributes, events and links each, as OpenTelemetry has it by default; the numbers of what was dropped are exported.
package final class RecordedSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var events: [SpanEvent] = []
        var links: [SpanLink] = []
        var status: SpanStatus?
        var droppedAttributes = 0
        var droppedEvents = 0
        var droppedLinks = 0
        var isEnded = false
    }

    static let limit = 128

    package let context: ServiceContext
    package let isRecording: Bool
    private let own: SpanContext
    private let parent: SpanID?
    private let kind: SpanKind
    private let start: UInt64
    private let state: Mutex<State>
    private let finish: @Sendable (FinishedSpan) -> Void

    init(
        name: String, kind: SpanKind, context: ServiceContext, own: SpanContext, parent: SpanID?, start: UInt64,
        finish: @escaping @Sendable (FinishedSpan) -> Void
    ) {
        var context = context
        context.span = own
        self.context = context
        self.own = own
        self.parent = parent
        self.kind = kind
        self.start = start
        self.finish = finish
        isRecording = own.parent.isSampled
        state = Mutex(State(name: name))
    }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { change { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set {
            change { state in
                guard newValue.count > Self.limit else { return state.attributes = newValue }
                var kept: SpanAttributes = [:]
                newValue.forEach { name, value in if kept.count < Self.limit { kept[name] = value } }
                state.droppedAttributes += newValue.count - Self.limit
                state.attributes = kept
            }
        }
    }

    /// The last word counts, but success is final: `ok` says that whoever set it knows better.
    package func setStatus(_ status: SpanStatus) {
        change { if $0.status?.code != .ok { $0.status = status } }
    }

    package func addEvent(_ event: SpanEvent) {
        change { state in
            if state.events.count < Self.limit { state.events.append(event) } else { state.droppedEvents += 1 }
        }
    }

    /// An event by the semantic conventions for exceptions. The message is the error's description, and errors hold no secrets.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard isRecording else { return }
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        attributes["exception.message"] = String("\(error)".prefix(1024))
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    package func addLink(_ link: SpanLink) {
        change { state in
            if state.links.count < Self.limit { state.links.append(link) } else { state.droppedLinks += 1 }
        }
    }

    /// Hands the span over to be exported. A second end changes nothing, nor does anything after the first.
    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard isRecording else { return }
        let end = instant().nanosecondsSinceEpoch
        let finished = state.withLock { state -> FinishedSpan? in
            guard !state.isEnded else { return nil }
            state.isEnded = true
            return FinishedSpan(
                // A clock that was set back makes no span that ends before it starts.
                context: own, parent: parent, name: state.name, kind: kind, start: start, end: max(start, end),
                attributes: state.attributes, events: state.events, links: state.links, status: state.status,
                droppedAttributes: state.droppedAttributes, droppedEvents: state.droppedEvents, droppedLinks: state.droppedLinks)
        }
        if let finished { finish(finished) }
    }

    private func change(_ body: (inout State) -> Void) {
        guard isRecording else { return }
        state.withLock { if !$0.isEnded { body(&$0) } }
    }
}

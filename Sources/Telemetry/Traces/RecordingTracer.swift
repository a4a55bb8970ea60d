package import Tracing

/// Records spans for a queue, and carries contexts over HTTP by W3C Trace Context.
package final class RecordingTracer: Tracer {
    package typealias Span = RecordedSpan

    private let sampler: Sampler
    private let queue: SpanQueue
    private let random: @Sendable () -> UInt64

    package init(sampler: Sampler, queue: SpanQueue, random: @escaping @Sendable () -> UInt64 = TelemetryTime.system.random) {
        self.sampler = sampler
        self.queue = queue
        self.random = random
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> RecordedSpan {
        let context = context()
        let parent = context.span
        let trace = parent?.parent.trace ?? newTrace()
        let own = SpanContext(
            TraceParent(trace: trace, span: newSpan(), isSampled: sampler.records(trace, parent: parent?.parent)),
            state: parent?.state ?? "")
        return RecordedSpan(
            name: operationName, kind: kind, context: context, own: own, parent: parent?.parent.span,
            start: instant().nanosecondsSinceEpoch, finish: queue.add)
    }

    package func startAnySpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> any Tracing.Span {
        startSpan(
            operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID, line: line)
    }

    /// The exporter looks by itself.
    package func forceFlush() {}

    /// Reads `traceparent` and `tracestate`. What is not valid is as if it were not there.
    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: "traceparent", from: carrier), let parent = TraceParent(text) else { return }
        let state = extractor.extract(key: "tracestate", from: carrier) ?? ""
        // The specification asks for 512 characters at least to be passed on; what is longer goes as a whole.
        context.span = SpanContext(parent, state: state.utf8.count <= 512 ? state : "")
    }

    /// Writes `traceparent` and `tracestate`, when the context has a span.
    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.span else { return }
        injector.inject(span.parent.text, forKey: "traceparent", into: &carrier)
        if !span.state.isEmpty { injector.inject(span.state, forKey: "tracestate", into: &carrier) }
    }

    private func newTrace() -> TraceID {
        while true { if let trace = TraceID(high: random(), low: random()) { return trace } }
    }

    private func newSpan() -> SpanID {
        while true { if let span = SpanID(random()) { return span } }
    }
}

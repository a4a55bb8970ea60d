package import Tracing

/// A span that is over, as it is exported.
package struct FinishedSpan: Sendable {
    package var context: SpanContext
    package var parent: SpanID?
    package var name: String
    package var kind: SpanKind
    /// Nanoseconds since 1970.
    package var start: UInt64
    package var end: UInt64
    package var attributes: SpanAttributes
    package var events: [SpanEvent]
    package var links: [SpanLink]
    package var status: SpanStatus?
    /// What went beyond the limits of one span.
    package var droppedAttributes: Int
    package var droppedEvents: Int
    package var droppedLinks: Int
}

package import Tracing

/// Which span work belongs to; travels in the task's `ServiceContext`.
package struct SpanContext: Sendable, Hashable {
    package var parent: TraceParent
    /// The `tracestate` header as it came: other vendors' data, passed on untouched.
    package var state: String

    package init(_ parent: TraceParent, state: String = "") {
        self.parent = parent
        self.state = state
    }
}

extension ServiceContext {
    private enum SpanContextKey: ServiceContextKey {
        typealias Value = SpanContext
        static var nameOverride: String? { "span" }
    }

    /// The span that work in this context belongs to.
    package var span: SpanContext? {
        get { self[SpanContextKey.self] }
        set { self[SpanContextKey.self] = newValue }
    }
}

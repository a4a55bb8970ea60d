public import Logging
import Tracing

extension Logger.MetadataProvider {
    /// `trace_id` and `span_id` of the span that the work belongs to, as OpenTelemetry names them in logs.
    public static let trace = Logger.MetadataProvider {
        guard let span = ServiceContext.current?.span else { return [:] }
        return ["trace_id": "\(span.parent.trace)", "span_id": "\(span.parent.span)"]
    }
}

import JSON
import Tracing

/// Spans as an `ExportTraceServiceRequest`.
enum OTLPTraces {
    static func request(_ spans: [FinishedSpan], resource: [OTLPConfiguration.Header]) -> JSON {
        [
            "resourceSpans": [
                [
                    "resource": ["attributes": OTLPValues.attributes(resource)],
                    "scopeSpans": [["scope": OTLPValues.scope, "spans": .array(spans.map(span))]],
                ]
            ]
        ]
    }

    private static func span(_ span: FinishedSpan) -> JSON {
        var json: JSON = [
            "traceId": .string("\(span.context.parent.trace)"), "spanId": .string("\(span.context.parent.span)"),
            "name": .string(span.name), "kind": kind(span.kind), "startTimeUnixNano": OTLPValues.number(span.start),
            "endTimeUnixNano": OTLPValues.number(span.end), "attributes": OTLPValues.attributes(span.attributes),
            "flags": span.context.parent.isSampled ? 1 : 0,
        ]
        if let parent = span.parent { json["parentSpanId"] = .string("\(parent)") }
        if !span.context.state.isEmpty { json["traceState"] = .string(span.context.state) }
        if !span.events.isEmpty { json["events"] = .array(span.events.map(event)) }
        let links = span.links.compactMap(link)
        if !links.isEmpty { json["links"] = .array(links) }
        for (name, count) in [
            ("droppedAttributesCount", span.droppedAttributes), ("droppedEventsCount", span.droppedEvents),
            ("droppedLinksCount", span.droppedLinks),
        ] where count > 0 { json[name] = .integer(Int64(count)) }
        if let status = span.status {
            json["status"] = ["code": status.code == .ok ? 1 : 2]
            if let message = status.message { json["status"]?["message"] = .string(message) }
        }
        return json
    }

    private static func event(_ event: SpanEvent) -> JSON {
        [
            "timeUnixNano": OTLPValues.number(event.nanosecondsSinceEpoch), "name": .string(event.name),
            "attributes": OTLPValues.attributes(event.attributes),
        ]
    }

    /// Nil when the context it points to has no span.
    private static func link(_ link: SpanLink) -> JSON? {
        link.context.span.map {
            [
                "traceId": .string("\($0.parent.trace)"), "spanId": .string("\($0.parent.span)"),
                "attributes": OTLPValues.attributes(link.attributes),
            ]
        }
    }

    private static func kind(_ kind: SpanKind) -> JSON {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}

import JSON

/// The messages of opentelemetry-proto that exporters send, by their JSON encoding: what may stand where, written from the .proto files.
indirect enum OTLPShape {
    case message(required: [String: OTLPShape], optional: [String: OTLPShape] = [:], oneOf: [String: OTLPShape] = [:])
    case list(OTLPShape, isEmpty: Bool = false)
    case text(isEmpty: Bool = true)
    /// fixed64, sfixed64, uint64: a decimal string.
    case unsigned
    case signed
    case number
    case bool
    case code(ClosedRange<Int64>)
    case hexadecimal(Int)

    /// What is wrong with a value; empty when nothing is.
    func problems(of json: JSON, at path: String = "$") -> [String] {
        func wrong(_ wanted: String) -> [String] { ["\(path): wanted \(wanted), found \(json.text())"] }
        switch self {
        case .message(let required, let optional, let oneOf):
            guard let object = json.object else { return wrong("an object") }
            var problems = required.keys.filter { !object.contains($0) }.map { "\(path): no \($0)" }
            if !oneOf.isEmpty, oneOf.keys.filter({ object.contains($0) }).count != 1 {
                problems.append("\(path): wanted one of \(oneOf.keys.sorted()), found \(object.keys)")
            }
            for (key, value) in object {
                guard let shape = required[key] ?? optional[key] ?? oneOf[key] else {
                    problems.append("\(path).\(key): there is no such field")
                    continue
                }
                problems += shape.problems(of: value, at: "\(path).\(key)")
            }
            return problems
        case .list(let shape, let mayBeEmpty):
            guard let values = json.array, mayBeEmpty || !values.isEmpty else { return wrong("a list with something in it") }
            return values.enumerated().flatMap { shape.problems(of: $1, at: "\(path)[\($0)]") }
        case .text(let mayBeEmpty): return json.string.map { mayBeEmpty || !$0.isEmpty } ?? false ? [] : wrong("a text")
        case .unsigned: return json.string.flatMap { UInt64($0) } != nil ? [] : wrong("an unsigned number as string")
        case .signed: return json.string.flatMap { Int64($0) } != nil ? [] : wrong("a number as string")
        case .number:
            if case .string(let text) = json { return ["NaN", "Infinity", "-Infinity"].contains(text) ? [] : wrong("a number") }
            return json.double != nil ? [] : wrong("a number")
        case .bool: return json.bool != nil ? [] : wrong("true or false")
        case .code(let range):
            if case .integer(let value) = json, range.contains(value) { return [] }
            return wrong("a number in \(range)")
        case .hexadecimal(let bytes):
            let digits = json.string ?? ""
            let isRight =
                digits.utf8.count == bytes * 2 && digits.allSatisfy { "0123456789abcdefABCDEF".contains($0) }
                && digits.contains { $0 != "0" }
            return isRight ? [] : wrong("\(bytes) bytes in hexadecimal, not all zero")
        }
    }

    // MARK: common.proto, resource.proto

    private static var plainValues: [String: OTLPShape] {
        ["stringValue": .text(), "boolValue": .bool, "intValue": .signed, "doubleValue": .number]
    }
    private static var anyValue: OTLPShape {
        var values = plainValues
        values["arrayValue"] = .message(required: ["values": .list(.message(required: [:], oneOf: plainValues), isEmpty: true)])
        return .message(required: [:], oneOf: values)
    }
    private static var attributes: OTLPShape {
        .list(.message(required: ["key": .text(isEmpty: false), "value": anyValue]), isEmpty: true)
    }
    private static var scope: OTLPShape { .message(required: ["name": .text()], optional: ["version": .text()]) }
    private static var resource: OTLPShape { .message(required: ["attributes": attributes]) }

    // MARK: metrics.proto

    private static func points(_ time: [String: OTLPShape]) -> OTLPShape {
        .list(
            .message(
                required: time.merging(["attributes": attributes, "timeUnixNano": .unsigned]) { $1 },
                oneOf: ["asInt": .signed, "asDouble": .number]))
    }
    private static var histogram: OTLPShape {
        .list(
            .message(required: [
                "attributes": attributes, "timeUnixNano": .unsigned, "startTimeUnixNano": .unsigned, "count": .unsigned, "sum": .number,
                "bucketCounts": .list(.unsigned), "explicitBounds": .list(.number, isEmpty: true),
            ]))
    }
    private static var metric: OTLPShape {
        .message(
            required: ["name": .text(isEmpty: false)], optional: ["description": .text(), "unit": .text()],
            oneOf: [
                "gauge": .message(required: ["dataPoints": points([:])]),
                "sum": .message(required: [
                    "aggregationTemporality": .code(1...2), "isMonotonic": .bool, "dataPoints": points(["startTimeUnixNano": .unsigned]),
                ]),
                "histogram": .message(required: ["aggregationTemporality": .code(1...2), "dataPoints": histogram]),
            ])
    }
    static var metricsRequest: OTLPShape {
        .message(required: [
            "resourceMetrics": .list(
                .message(required: [
                    "resource": resource, "scopeMetrics": .list(.message(required: ["scope": scope, "metrics": .list(metric)])),
                ]))
        ])
    }

    // MARK: trace.proto

    private static var span: OTLPShape {
        .message(
            required: [
                "traceId": .hexadecimal(16), "spanId": .hexadecimal(8), "name": .text(isEmpty: false), "kind": .code(1...5),
                "startTimeUnixNano": .unsigned, "endTimeUnixNano": .unsigned,
            ],
            optional: [
                "parentSpanId": .hexadecimal(8), "traceState": .text(), "flags": .code(0...0xFFFF_FFFF), "attributes": attributes,
                "droppedAttributesCount": .code(1...0xFFFF_FFFF), "droppedEventsCount": .code(1...0xFFFF_FFFF),
                "droppedLinksCount": .code(1...0xFFFF_FFFF),
                "events": .list(
                    .message(required: ["timeUnixNano": .unsigned, "name": .text(isEmpty: false)], optional: ["attributes": attributes])),
                "links": .list(
                    .message(required: ["traceId": .hexadecimal(16), "spanId": .hexadecimal(8)], optional: ["attributes": attributes])),
                "status": .message(required: ["code": .code(0...2)], optional: ["message": .text()]),
            ])
    }
    static var tracesRequest: OTLPShape {
        .message(required: [
            "resourceSpans": .list(
                .message(required: [
                    "resource": resource, "scopeSpans": .list(.message(required: ["scope": scope, "spans": .list(span)])),
                ]))
        ])
    }
}

extension JSON {
    /// All metrics of a request by name.
    var metrics: [String: JSON] {
        let all = (self["resourceMetrics"]?.array ?? []).flatMap { $0["scopeMetrics"]?.array ?? [] }.flatMap { $0["metrics"]?.array ?? [] }
        return Dictionary(all.map { ($0["name"]?.string ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All spans of a request.
    var spans: [JSON] {
        (self["resourceSpans"]?.array ?? []).flatMap { $0["scopeSpans"]?.array ?? [] }.flatMap { $0["spans"]?.array ?? [] }
    }

    /// A list of attributes, as values by key.
    var attributes: [String: JSON] {
        Dictionary(
            (self["attributes"]?.array ?? []).map { ($0["key"]?.string ?? "", $0["value"]?.object?.values.first ?? .null) },
            uniquingKeysWith: { $1 })
    }
}

import JSON
import Tracing

/// Parts of OTLP's messages in its JSON encoding: names in lower camel case, 64-bit integers as strings, enumerations as numbers, IDs in hexadecimal
/// (opentelemetry-proto, «JSON Protobuf Encoding»).
enum OTLPValues {
    /// `KeyValue`, sorted by key.
    static func attributes(_ pairs: [OTLPConfiguration.Header]) -> JSON {
        .array(pairs.map { ["key": .string($0.name), "value": ["stringValue": .string($0.value)]] })
    }

    static func attributes(_ labels: MetricLabels) -> JSON {
        .array(labels.labels.map { ["key": .string($0.name), "value": ["stringValue": .string($0.value)]] })
    }

    static func attributes(_ attributes: SpanAttributes) -> JSON {
        var all: [(String, SpanAttribute)] = []
        attributes.forEach { all.append(($0, $1)) }
        return .array(all.sorted { $0.0 < $1.0 }.map { ["key": .string($0), "value": value($1)] })
    }

    /// A fixed64 or uint64.
    static func number(_ value: UInt64) -> JSON { .string("\(value)") }

    /// `AnyValue`.
    private static func value(_ attribute: SpanAttribute) -> JSON {
        switch attribute {
        case .int32(let value): int(Int64(value))
        case .int64(let value): int(value)
        case .double(let value): ["doubleValue": .double(value)]
        case .bool(let value): ["boolValue": .bool(value)]
        case .string(let value): ["stringValue": .string(value)]
        case .stringConvertible(let value): ["stringValue": .string("\(value)")]
        case .int32Array(let values): array(values.map { int(Int64($0)) })
        case .int64Array(let values): array(values.map(int))
        case .doubleArray(let values): array(values.map { ["doubleValue": .double($0)] })
        case .boolArray(let values): array(values.map { ["boolValue": .bool($0)] })
        case .stringArray(let values): array(values.map { ["stringValue": .string($0)] })
        case .stringConvertibleArray(let values): array(values.map { ["stringValue": .string("\($0)")] })
        default: ["stringValue": .string("\(attribute)")]
        }
    }

    private static func int(_ value: Int64) -> JSON { ["intValue": .string("\(value)")] }
    private static func array(_ values: [JSON]) -> JSON { ["arrayValue": ["values": .array(values)]] }

    /// The library that recorded.
    static let scope: JSON = ["name": "telemetry"]
}

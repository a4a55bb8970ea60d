import Foundation

/// The same 15 fields by synthesized `Codable`: the yardstick.
struct FoundationGadget: Codable {
    struct Metadata: Codable {
        var name: String
        var namespace: String?
        var uid: String?
        var resourceVersion: String?
        var generation: Int64?
        var creationTimestamp: Date?
        var labels: [String: String]?
        var annotations: [String: String]?
        var finalizers: [String]?
    }
    struct Spec: Codable {
        var image: String
        var `class`: String
        var replicas: Int?
        var weight: Double?
    }
    struct Condition: Codable {
        var type: String
        var status: String
        var reason: String
        var message: String
        var observedGeneration: Int64?
        var lastTransitionTime: Date
    }
    struct Status: Codable {
        var phase: String?
        var conditions: [Condition]?
    }
    var metadata: Metadata
    var spec: Spec
    var status: Status

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }

    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}

import JSON
import KubeCore
import YAML

/// What the body of a request is written in.
enum BodyFormat: String, Sendable {
    case json = "application/json"
    case yaml = "application/yaml"
    case jsonPatch = "application/json-patch+json"
    case mergePatch = "application/merge-patch+json"
    case strategicMergePatch = "application/strategic-merge-patch+json"
    case applyPatch = "application/apply-patch+yaml"
    /// From typed clients, of a few built-in kinds.
    case protobuf = "application/vnd.kubernetes.protobuf"

    static let writes: [BodyFormat] = [.json, .yaml, .protobuf]
    static let patches: [BodyFormat] = [.jsonPatch, .mergePatch, .applyPatch]
    static let patchesOfBuiltins: [BodyFormat] = [.jsonPatch, .mergePatch, .strategicMergePatch, .applyPatch]

    /// - Parameter header: the `Content-Type`; none means JSON.
    /// - Throws: 415 when it is none of those accepted.
    init(header: String?, accepting accepted: [BodyFormat]) throws(KubeError) {
        let type = header.map { $0.prefix { $0 != ";" }.trimmingSpaces.lowercased() } ?? BodyFormat.json.rawValue
        guard let format = BodyFormat(rawValue: type), accepted.contains(format) else {
            throw KubeError(
                .unsupportedMediaType, status: 415,
                message: "the body of the request was in an unknown format - accepted media types include: "
                    + accepted.map(\.rawValue).joined(separator: ", "))
        }
        self = format
    }

    /// - Throws: 400 saying where the body stops being JSON or YAML.
    func decode(_ bytes: [UInt8]) throws(KubeError) -> JSON {
        switch self {
        case .json, .jsonPatch, .mergePatch, .strategicMergePatch: return try Self.json(bytes)
        case .protobuf: return try ProtobufObject.decode(bytes)
        case .yaml, .applyPatch:
            // JSON is a subset of YAML, and what programs send.
            if let first = bytes.first(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }), first == UInt8(ascii: "{") {
                return try Self.json(bytes)
            }
            do {
                return try YAML.document(bytes)
            } catch { throw .badRequest("error decoding YAML: \(error)") }
        }
    }

    private static func json(_ bytes: [UInt8]) throws(KubeError) -> JSON {
        do { return try JSON.parse(bytes) } catch {
            if error.reason.contains("duplicate") { throw .badRequest("strict decoding error: \(error)") }
            throw .badRequest("the object provided is no valid JSON: \(error)")
        }
    }
}

public import JSON

/// `v1` Namespace, as far as it is read here.
public struct Namespace: Resource, Hashable {
    public static let definition = ResourceDefinition(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", scope: .cluster)

    public var metadata: ObjectMeta
    /// `Active` or `Terminating`.
    public var phase: String

    /// Made of its members.
    public init(metadata: ObjectMeta, phase: String = "") {
        self.metadata = metadata
        self.phase = phase
    }

    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        metadata = try JSONReader(json, at: path).required("metadata")
        phase = json["status"]?["phase"]?.string ?? ""
    }

    public var json: JSON { resourceJSON(phase.isEmpty ? [:] : ["status": ["phase": .string(phase)]]) }
}

public import JSON

/// `apiextensions.k8s.io/v1` CustomResourceDefinition: what it is called and whether it is served yet.
public struct CustomResourceDefinition: Resource, Hashable {
    public static let definition = ResourceDefinition(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition", plural: "customresourcedefinitions",
        scope: .cluster)

    public var metadata: ObjectMeta
    /// As its status says; `Established` above all.
    public var conditions: [Condition]

    /// Made of its members.
    public init(metadata: ObjectMeta, conditions: [Condition] = []) {
        self.metadata = metadata
        self.conditions = conditions
    }

    /// Whether the server answers requests for the kind.
    public var isEstablished: Bool { conditions["Established"]?.status == .isTrue }

    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        metadata = try reader.required("metadata")
        let status: JSON = try reader.optional("status", default: [:])
        conditions = try JSONReader(status, at: path.appending("status")).optional("conditions", default: [])
    }

    public var json: JSON { resourceJSON(conditions.isEmpty ? [:] : ["status": ["conditions": conditions.json]]) }
}

public import JSON

/// `apiextensions.k8s.io/v1` CustomResourceDefinition: what it is called and whether it is served yet.
public struct CustomResourceDefinition: Resource, JSONObjectDecodable, Hashable {
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

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        conditions = try members.nested("status")?.optional("conditions") ?? []
    }

    public var json: JSON { resourceJSON(conditions.isEmpty ? [:] : ["status": ["conditions": conditions.json]]) }
}

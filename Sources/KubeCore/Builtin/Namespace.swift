public import JSON

/// `v1` Namespace, as far as it is read here.
public struct Namespace: Resource, JSONObjectDecodable, Hashable {
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

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        phase = try members.nested("status")?.optional("phase") ?? ""
    }

    public var json: JSON { resourceJSON(phase.isEmpty ? [:] : ["status": ["phase": .string(phase)]]) }
}

public import JSON

/// `v1` ConfigMap, less `binaryData`.
public struct ConfigMap: Resource, JSONObjectDecodable, Hashable {
    public static let definition = ResourceDefinition(
        group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", scope: .namespaced)

    public var metadata: ObjectMeta
    /// Text under keys.
    public var data: [String: String]

    /// Made of its members.
    public init(metadata: ObjectMeta, data: [String: String] = [:]) {
        self.metadata = metadata
        self.data = data
    }

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        data = try members.optional("data", default: [:])
    }

    public var json: JSON {
        var members = JSONObject()
        members.setUnlessEmpty("data", data)
        return resourceJSON(members)
    }
}

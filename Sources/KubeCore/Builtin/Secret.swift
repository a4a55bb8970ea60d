public import JSON

/// `v1` Secret. Its data stay encoded until they are asked for, and never show in a description.
public struct Secret: Resource, JSONObjectDecodable, Hashable {
    public static let definition = ResourceDefinition(
        group: "", version: "v1", kind: "Secret", plural: "secrets", scope: .namespaced)

    public var metadata: ObjectMeta
    /// As in `kubernetes.io/dockerconfigjson`.
    public var type: String
    /// Base64 by key.
    private var encoded: [String: String]

    /// Made of bytes, which are encoded here.
    public init(metadata: ObjectMeta, type: String = "Opaque", data: [String: [UInt8]] = [:]) {
        self.metadata = metadata
        self.type = type
        encoded = data.mapValues { Base64.encode($0) }
    }

    /// Sorted.
    public var keys: [String] { encoded.keys.sorted() }

    /// The bytes under a key; nil when there are none or they are not base64.
    public func data(_ key: String) -> [UInt8]? { encoded[key].flatMap { Base64.decodeLeniently($0) } }

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        type = try members.optional("type", default: "Opaque")
        encoded = try members.optional("data", default: [:])
    }

    public var json: JSON {
        var members: JSONObject = ["type": .string(type)]
        members.setUnlessEmpty("data", encoded)
        return resourceJSON(members)
    }
}

extension Secret: CustomStringConvertible, CustomReflectable {
    public var description: String { "Secret \(key) (\(encoded.count) keys)" }
    public var customMirror: Mirror { Mirror(self, children: ["metadata": metadata, "keys": keys]) }
}

public import JSON

/// An object as the server sent it, whatever its kind: nothing is lost, `managedFields` included.
public struct DynamicObject: KubeObject, Hashable {
    /// The whole object.
    public private(set) var json: JSON
    /// What `json` says under `metadata`. Setting it keeps members of the metadata that `ObjectMeta` does not know.
    public var metadata: ObjectMeta {
        didSet {
            var members = json["metadata"] ?? [:]
            for key in ObjectMeta.memberNames { members[key] = nil }
            for (key, value) in metadata.json.object ?? [:] { members[key] = value }
            json["metadata"] = members
        }
    }

    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        metadata = try JSONMembers(json, at: path).required("metadata")
        self.json = json
    }

    public init(reading node: JSONNode) throws(JSONDecodingError) {
        metadata = try JSONMembers(node).required("metadata")
        json = node.json
    }

    /// `v1` or `group/version`; empty when the object does not say.
    public var apiVersion: String { json["apiVersion"]?.string ?? "" }
    /// As in `ConfigMap`; empty when the object does not say.
    public var kind: String { json["kind"]?.string ?? "" }

    /// A member at the top: `object["spec"]?["replicas"]`.
    public subscript(key: String) -> JSON? { json[key] }
}

extension ObjectMeta {
    /// The members that `ObjectMeta` reads and writes.
    static let memberNames = [
        "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "labels", "annotations",
        "ownerReferences", "finalizers",
    ]
}

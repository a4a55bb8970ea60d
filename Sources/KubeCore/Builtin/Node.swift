public import JSON

/// `v1` Node, as far as it is read here.
public struct Node: Resource, Hashable {
    public static let definition = ResourceDefinition(group: "", version: "v1", kind: "Node", plural: "nodes", scope: .cluster)

    public var metadata: ObjectMeta
    /// Whether new pods stay away.
    public var unschedulable: Bool
    /// As the kubelet reports them; `Ready` above all.
    public var conditions: [Condition]

    /// Made of its members.
    public init(metadata: ObjectMeta, unschedulable: Bool = false, conditions: [Condition] = []) {
        self.metadata = metadata
        self.unschedulable = unschedulable
        self.conditions = conditions
    }

    /// Label of the failure domain that a node stands in.
    public static let zoneLabel = "topology.kubernetes.io/zone"

    /// The failure domain it stands in; nil when no label says so.
    public var zone: String? { metadata.labels[Self.zoneLabel] }

    /// Whether the kubelet says so.
    public var isReady: Bool { conditions["Ready"]?.status == .isTrue }

    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        metadata = try reader.required("metadata")
        let spec: JSON = try reader.optional("spec", default: [:])
        let status: JSON = try reader.optional("status", default: [:])
        unschedulable = spec["unschedulable"]?.bool ?? false
        conditions = try JSONReader(status, at: path.appending("status")).optional("conditions", default: [])
    }

    public var json: JSON {
        var members = JSONObject()
        if unschedulable { members["spec"] = ["unschedulable": true] }
        if !conditions.isEmpty { members["status"] = ["conditions": conditions.json] }
        return resourceJSON(members)
    }
}

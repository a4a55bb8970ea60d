public import JSON

/// `v1` Node, as far as it is read here.
public struct Node: Resource, JSONObjectDecodable, Hashable {
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

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        unschedulable = try members.nested("spec")?.optional("unschedulable") ?? false
        conditions = try members.nested("status")?.optional("conditions") ?? []
    }

    public var json: JSON {
        var members = JSONObject()
        if unschedulable { members["spec"] = ["unschedulable": true] }
        if !conditions.isEmpty { members["status"] = ["conditions": conditions.json] }
        return resourceJSON(members)
    }
}

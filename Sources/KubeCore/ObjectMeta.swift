public import JSON

/// `metadata`, less `managedFields`, which nobody here reads.
public struct ObjectMeta: Sendable, Hashable {
    public var name: String
    public var namespace: String?
    public var uid: String?
    public var resourceVersion: String?
    public var generation: Int64?
    public var creationTimestamp: Timestamp?
    public var deletionTimestamp: Timestamp?
    public var labels: [String: String]
    public var annotations: [String: String]
    public var ownerReferences: [OwnerReference]
    public var finalizers: [String]

    public init(
        name: String, namespace: String? = nil, uid: String? = nil, resourceVersion: String? = nil, generation: Int64? = nil,
        creationTimestamp: Timestamp? = nil, deletionTimestamp: Timestamp? = nil, labels: [String: String] = [:],
        annotations: [String: String] = [:], ownerReferences: [OwnerReference] = [], finalizers: [String] = []
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.creationTimestamp = creationTimestamp
        self.deletionTimestamp = deletionTimestamp
        self.labels = labels
        self.annotations = annotations
        self.ownerReferences = ownerReferences
        self.finalizers = finalizers
    }
}

extension ObjectMeta: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        name = try reader.optional("name", default: "")
        namespace = try reader.optional("namespace")
        uid = try reader.optional("uid")
        resourceVersion = try reader.optional("resourceVersion")
        generation = try reader.optional("generation")
        creationTimestamp = try reader.optional("creationTimestamp")
        deletionTimestamp = try reader.optional("deletionTimestamp")
        labels = try reader.optional("labels", default: [:])
        annotations = try reader.optional("annotations", default: [:])
        ownerReferences = try reader.optional("ownerReferences", default: [])
        finalizers = try reader.optional("finalizers", default: [])
    }

    public var json: JSON {
        var object = JSONObject()
        if !name.isEmpty { object["name"] = .string(name) }
        object.set("namespace", namespace)
        object.set("uid", uid)
        object.set("resourceVersion", resourceVersion)
        object.set("generation", generation)
        object.set("creationTimestamp", creationTimestamp)
        object.set("deletionTimestamp", deletionTimestamp)
        object.setUnlessEmpty("labels", labels)
        object.setUnlessEmpty("annotations", annotations)
        object.setUnlessEmpty("ownerReferences", ownerReferences)
        object.setUnlessEmpty("finalizers", finalizers)
        return .object(object)
    }
}

public import JSON

/// `metadata`, less `managedFields`, which nobody here reads.
public struct ObjectMeta: Sendable, Hashable {
    /// Unique among the objects of its kind and namespace that are there at one time.
    public var name: String
    /// Nil for objects of the cluster's scope.
    public var namespace: String?
    /// Unlike any other object's, also of the same name; nil before the server has given one.
    public var uid: String?
    /// Changes with each write; see ``ResourceVersion``.
    public var resourceVersion: String?
    /// Grows when the spec changes; nil for kinds that don't count.
    public var generation: Int64?
    /// By the server's clock.
    public var creationTimestamp: Timestamp?
    /// Set once it is to be deleted: it goes when its finalizers are gone.
    public var deletionTimestamp: Timestamp?
    /// What selectors match.
    public var labels: [String: String]
    /// Notes that nothing selects by.
    public var annotations: [String: String]
    /// Who it belongs to; all in the same namespace, or of the cluster's scope.
    public var ownerReferences: [OwnerReference]
    /// Who must have cleaned up before it goes.
    public var finalizers: [String]

    /// Made of its members; a new object needs a name alone.
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

extension ObjectMeta: JSONObjectConvertible {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        name = try members.optional("name", default: "")
        namespace = try members.optional("namespace")
        uid = try members.optional("uid")
        resourceVersion = try members.optional("resourceVersion")
        generation = try members.optional("generation")
        creationTimestamp = try members.optional("creationTimestamp")
        deletionTimestamp = try members.optional("deletionTimestamp")
        labels = try members.optional("labels", default: [:])
        annotations = try members.optional("annotations", default: [:])
        ownerReferences = try members.optional("ownerReferences", default: [])
        finalizers = try members.optional("finalizers", default: [])
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

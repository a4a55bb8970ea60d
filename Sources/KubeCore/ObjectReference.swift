public import JSON

/// `core/v1.ObjectReference`: names an object of any kind, in Events above all.
public struct ObjectReference: Sendable, Hashable {
    /// `v1` or `group/version`.
    public var apiVersion: String
    /// As in `ConfigMap`.
    public var kind: String
    /// Nil for objects of the cluster's scope.
    public var namespace: String?
    /// Of the object.
    public var name: String
    /// Tells it from another object of the name.
    public var uid: String?
    /// The state that is meant; nil: whichever.
    public var resourceVersion: String?
    /// A part of it, as in `spec.containers{web}`.
    public var fieldPath: String?

    /// Made of its members.
    public init(
        apiVersion: String, kind: String, namespace: String? = nil, name: String, uid: String? = nil, resourceVersion: String? = nil,
        fieldPath: String? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.fieldPath = fieldPath
    }

    /// Names an object as it was read, with its version.
    public init<R: Resource>(to object: R) {
        let metadata = object.metadata
        self.init(
            apiVersion: R.definition.apiVersion, kind: R.definition.kind, namespace: metadata.namespace, name: metadata.name,
            uid: metadata.uid, resourceVersion: metadata.resourceVersion)
    }
}

extension ObjectReference: JSONObjectConvertible {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        apiVersion = try members.optional("apiVersion", default: "")
        kind = try members.optional("kind", default: "")
        namespace = try members.optional("namespace")
        name = try members.optional("name", default: "")
        uid = try members.optional("uid")
        resourceVersion = try members.optional("resourceVersion")
        fieldPath = try members.optional("fieldPath")
    }

    public var json: JSON {
        var object: JSONObject = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        object.set("namespace", namespace)
        object["name"] = .string(name)
        object.set("uid", uid)
        object.set("resourceVersion", resourceVersion)
        object.set("fieldPath", fieldPath)
        return .object(object)
    }
}

public import JSON

/// Names the object that this one belongs to: when the owner goes, the garbage collector deletes what it owned.
public struct OwnerReference: Sendable, Hashable {
    /// Of the owner: `v1` or `group/version`.
    public var apiVersion: String
    /// Of the owner.
    public var kind: String
    /// Of the owner.
    public var name: String
    /// Of the owner: another object of the name owns nothing.
    public var uid: String
    /// At most one owner may be the controller.
    public var controller: Bool
    /// Foreground deletion of the owner waits for this object.
    public var blockOwnerDeletion: Bool

    /// Made of its members.
    public init(apiVersion: String, kind: String, name: String, uid: String, controller: Bool = false, blockOwnerDeletion: Bool = false) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }

    /// A reference to `owner` as the controller; nil while it has no uid.
    public init?<Owner: Resource>(controlledBy owner: Owner) {
        guard let uid = owner.metadata.uid else { return nil }
        self.init(
            apiVersion: Owner.definition.apiVersion, kind: Owner.definition.kind, name: owner.metadata.name, uid: uid,
            controller: true, blockOwnerDeletion: true)
    }
}

extension OwnerReference: JSONObjectConvertible, JSONShared {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        apiVersion = try members.required("apiVersion")
        kind = try members.required("kind")
        name = try members.required("name")
        uid = try members.required("uid")
        controller = try members.optional("controller", default: false)
        blockOwnerDeletion = try members.optional("blockOwnerDeletion", default: false)
    }

    public var json: JSON {
        var object: JSONObject = ["apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid)]
        if controller { object["controller"] = true }
        if blockOwnerDeletion { object["blockOwnerDeletion"] = true }
        return .object(object)
    }
}

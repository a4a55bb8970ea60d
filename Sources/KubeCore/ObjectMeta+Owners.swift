/// Why an object can't be made another's.
public struct OwnershipError: Error, Hashable, CustomStringConvertible {
    /// Names the object, the owner and what was wanted.
    public var message: String

    /// Made of its message.
    public init(_ message: String) { self.message = message }

    public var description: String { message }
}

extension ObjectMeta {
    /// The owner that manages this object; there is at most one.
    public var controller: OwnerReference? { ownerReferences.first { $0.controller } }

    /// Whether this very owner, not one of its name, manages the object.
    public func isControlled(by owner: some KubeObject) -> Bool {
        owner.metadata.uid != nil && controller?.uid == owner.metadata.uid
    }

    /// Makes `owner` the one that manages this object: it goes when the owner goes.
    /// - Throws: when another one manages it already, the owner is not created yet, or it lives in another namespace: the garbage
    ///   collector would take it for gone, and delete this object.
    public mutating func setController<Owner: Resource>(_ owner: Owner) throws(OwnershipError) {
        let reference = try reference(to: owner, controller: true)
        if let other = controller, other.uid != reference.uid {
            throw OwnershipError(
                "\(name) is managed by \(other.kind) \(other.name) (uid \(other.uid)) already; wanted \(reference.kind) \(reference.name) "
                    + "(uid \(reference.uid)): have the other give it up, or choose another name")
        }
        set(reference)
    }

    /// Adds `owner` to those for which this object is kept: it goes when the last of them goes.
    /// - Throws: when the owner is not created yet, or lives in another namespace.
    public mutating func addOwner<Owner: Resource>(_ owner: Owner) throws(OwnershipError) {
        let reference = try reference(to: owner, controller: false)
        guard !ownerReferences.contains(where: { $0.uid == reference.uid }) else { return }
        ownerReferences.append(reference)
    }

    /// Takes an owner away.
    /// - Returns: whether it was one.
    @discardableResult
    public mutating func removeOwner(_ owner: some KubeObject) -> Bool {
        let before = ownerReferences.count
        ownerReferences.removeAll { $0.uid == owner.metadata.uid }
        return ownerReferences.count != before
    }

    private mutating func set(_ reference: OwnerReference) {
        if let index = ownerReferences.firstIndex(where: { $0.uid == reference.uid }) {
            ownerReferences[index] = reference
        } else {
            ownerReferences.append(reference)
        }
    }

    private func reference<Owner: Resource>(to owner: Owner, controller: Bool) throws(OwnershipError) -> OwnerReference {
        let definition = Owner.definition
        let place = "\(definition.kind) \(ObjectKey(namespace: owner.metadata.namespace, name: owner.metadata.name))"
        guard let uid = owner.metadata.uid else {
            throw OwnershipError("\(place) can't own \(name): it has no uid; create it first")
        }
        if definition.scope == .namespaced, owner.metadata.namespace != namespace {
            throw OwnershipError(
                "\(place) can't own \(name) in \(namespace.map { "the namespace \($0)" } ?? "the cluster's scope"): wanted an owner "
                    + "\(namespace == nil ? "" : "in the same namespace, or ")in the cluster's scope")
        }
        return OwnerReference(
            apiVersion: definition.apiVersion, kind: definition.kind, name: owner.metadata.name, uid: uid, controller: controller,
            blockOwnerDeletion: controller)
    }
}

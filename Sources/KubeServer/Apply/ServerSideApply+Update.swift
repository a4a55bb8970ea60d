package import JSON
package import KubeCore
package import Schema

extension ServerSideApply {
    /// The new object of a create, a PUT or a patch, with `metadata.managedFields` brought up to date: the manager owns what it
    /// changed, and what is gone is owned by nobody. When nothing changed, nothing is written there, no time either.
    ///
    /// Managed fields that the new object brings itself stand, as far as they can be read; an empty list clears them all, and
    /// an object without them is no longer tracked until someone applies to it.
    ///
    /// - Parameter new: the object as it is to be stored: defaulted, pruned, with what the server writes put back.
    /// - Parameter old: nil when the object is created.
    package static func track(
        update new: JSON, from old: JSON?, manager: String, subresource: String?, schema: StructuralSchema?, apiVersion: String,
        now: Timestamp
    ) -> JSON {
        let type = MergeType.resource(schema)
        var managed = managedFields(of: new, from: old, subresource: subresource)
        let (object, base) = (withoutManagedFields(new), old.map(withoutManagedFields) ?? [:])
        if managed.isEmpty, old != nil { return object }

        let comparison = type.compare(base, with: object)
        managed.subtract(comparison.changed, exceptFrom: nil)
        managed.subtract(comparison.removed, exceptFrom: nil)
        managed.dropEmpty()
        let taken = comparison.changed.subtracting(comparison.removed).subtracting(SystemFields.unowned)
        if !taken.isEmpty {
            let identity = ManagedFields.Identity(manager: manager, operation: .update, apiVersion: apiVersion, subresource: subresource)
            let fields = (managed[identity]?.fields ?? FieldSet()).union(taken)
            managed[identity] = ManagedFields.Entry(apiVersion: apiVersion, time: now.wholeSeconds, fields: fields)
        }
        managed.capUpdaters()
        return with(managed, in: object)
    }

    private static func managedFields(of new: JSON, from old: JSON?, subresource: String?) -> ManagedFields {
        let live = ManagedFields(json: old?["metadata"]?["managedFields"]) ?? ManagedFields()
        guard subresource == nil, let list = new["metadata"]?["managedFields"], !list.isNull else { return live }
        if list == [] || list == [[:]] { return ManagedFields() }
        guard let own = ManagedFields(json: list), !own.isEmpty else { return live }
        return own
    }
}

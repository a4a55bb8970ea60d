package import JSON
package import KubeCore
package import Schema

/// Server-side apply and the tracking of who owns which field (Kubernetes: «Server-Side Apply»; structured-merge-diff).
///
/// Pure: objects in, objects out. What is applied must have passed no defaulting; what comes out must be pruned, defaulted and
/// validated like any other write. Where a kind has a `status` subresource, the caller takes `status` out of what is applied to the
/// object itself, and puts the live one back after a write that was tracked.
package enum ServerSideApply {
    /// The live object with the applied configuration merged into it, and `metadata.managedFields` brought up to date.
    ///
    /// Fields that the manager applied before and now left out are removed unless someone else owns them. Applying what is
    /// there already, by who applied it, returns the live object as it is. `uid` and `resourceVersion` of the applied
    /// object are preconditions that the caller has checked; they, and all else that the server writes, are left aside.
    ///
    /// - Throws: 409 with a cause for each field that another manager owns, unless `force`; 400 and 500 when the
    ///   configuration can't be merged.
    package static func apply(
        _ applied: JSON, onto live: JSON?, manager: String, force: Bool, subresource: String?, schema: StructuralSchema?,
        apiVersion: String, now: Timestamp
    ) throws(KubeError) -> JSON {
        let type = MergeType.resource(schema)
        let configuration = try AppliedConfiguration(applied, subresource: subresource, type: type)
        var managed = ManagedFields(json: live?["metadata"]?["managedFields"]) ?? ManagedFields()
        let base = live.map(withoutManagedFields) ?? [:]
        if let live, managed.isEmpty {
            // Someone wrote it before anybody applied: whoever that was owns it all.
            adoptAll(
                base, type, created: live["metadata"]?["creationTimestamp"]?.string.flatMap { Timestamp($0) }, apiVersion, in: &managed)
        }
        let before = managed
        let identity = ManagedFields.Identity(manager: manager, operation: .apply, apiVersion: apiVersion, subresource: subresource)

        let last = managed[identity]?.fields ?? FieldSet()
        managed[identity] = ManagedFields.Entry(apiVersion: apiVersion, time: managed[identity]?.time, fields: configuration.fields)
        var merged = type.merging(base, with: configuration.object) ?? configuration.object
        merged = pruned(merged, type, last: last, now: configuration.fields, managed)

        let comparison = type.compare(base, with: merged)
        var conflicts = conflicts(with: comparison.changed, managed, exceptFor: identity)
        if !force, !conflicts.isEmpty {
            if manager == LastApplied.kubectl {
                let allowed = LastApplied.fields(of: base, type, apiVersion: apiVersion)
                conflicts = conflicts.mapValues { $0.subtracting(allowed) }.filter { !$0.value.isEmpty }
            }
            if !conflicts.isEmpty { throw ApplyConflicts(conflicts).error }
        }
        managed.subtract(comparison.changed, exceptFrom: identity)
        managed.subtract(comparison.removed, exceptFrom: identity)
        managed.dropEmpty()
        if manager == LastApplied.kubectl { merged = LastApplied.updated(in: merged, to: configuration.object) }

        if live != nil, merged == base, managed == before { return live! }
        if managed[identity] != nil { managed[identity]!.time = now.wholeSeconds }
        return with(managed, in: merged)
    }

    /// Takes out what the manager applied last time, not now, and nobody else owns.
    private static func pruned(_ merged: JSON, _ type: MergeType, last: FieldSet, now: FieldSet, _ managed: ManagedFields) -> JSON {
        // All that was applied last time is applied again, most often.
        guard !last.subtracting(now).isEmpty else { return merged }
        let all = type.withNamedFields(type.fieldSet(of: merged))
        func fields(of value: JSON) -> FieldSet { type.withNamedFields(type.fieldSet(of: value)) }

        let lastNamed = type.withNamedFields(last)
        let withoutLast = type.removing(lastNamed, from: merged)
        // Back with what anybody owns, the new configuration included.
        let owned = managed.entries.values.reduce(FieldSet()) { $0.union($1.fields) }
        let keep = fields(of: withoutLast).union(type.withNamedFields(owned))
        let withOwned = type.removing(all.subtracting(keep), from: merged)
        // And with what this manager never applied: it only went because what holds it did.
        return type.removing(all.subtracting(fields(of: withOwned)).intersection(lastNamed), from: merged)
    }

    private static func conflicts(
        with changed: FieldSet, _ managed: ManagedFields, exceptFor identity: ManagedFields.Identity
    ) -> [ManagedFields.Identity: FieldSet] {
        managed.entries.filter { $0.key != identity }.mapValues { $0.fields.intersection(changed) }.filter { !$0.value.isEmpty }
    }

    private static func adoptAll(
        _ object: JSON, _ type: MergeType, created: Timestamp?, _ apiVersion: String, in managed: inout ManagedFields
    ) {
        let identity = ManagedFields.Identity(manager: "before-first-apply", operation: .update, apiVersion: apiVersion, subresource: nil)
        let fields = type.compare([:], with: object).added.subtracting(SystemFields.unowned)
        if !fields.isEmpty { managed[identity] = ManagedFields.Entry(apiVersion: apiVersion, time: created, fields: fields) }
    }

    static func withoutManagedFields(_ object: JSON) -> JSON {
        guard object["metadata"]?["managedFields"] != nil else { return object }
        var object = object
        object["metadata"]?["managedFields"] = nil
        return object
    }

    static func with(_ managed: ManagedFields, in object: JSON) -> JSON {
        var object = object
        var metadata = object["metadata"] ?? [:]
        metadata["managedFields"] = managed.json
        object["metadata"] = metadata
        return object
    }
}

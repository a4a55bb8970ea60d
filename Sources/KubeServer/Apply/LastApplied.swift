import JSON

/// The annotation in which kubectl's client-side apply keeps what it applied.
enum LastApplied {
    /// The manager that `kubectl apply --server-side` names itself unless told otherwise.
    static let kubectl = "kubectl"
    static let annotation = "kubectl.kubernetes.io/last-applied-configuration"

    /// The fields that client-side apply set and that still have the values it gave them. `kubectl apply --server-side` may take them
    /// over without a conflict: they are its own.
    static func fields(of live: JSON, _ type: MergeType, apiVersion: String) -> FieldSet {
        guard let text = live["metadata"]?["annotations"]?[annotation]?.string, let applied = try? JSON.parse(text),
            applied["apiVersion"]?.string == apiVersion
        else { return FieldSet() }
        let comparison = type.compare(applied, with: live)
        return type.fieldSet(of: applied).subtracting(comparison.changed).subtracting(comparison.removed)
    }

    /// Keeps the annotation of an object that client-side apply once wrote in step with what kubectl applies now.
    static func updated(in object: JSON, to applied: JSON) -> JSON {
        guard object["metadata"]?["annotations"]?[annotation]?.string?.isEmpty == false else { return object }
        var (object, applied) = (object, applied)
        applied["metadata"]?["annotations"]?[annotation] = nil
        object["metadata"]?["annotations"]?[annotation] = .string(applied.text() + "\n")
        return object
    }
}

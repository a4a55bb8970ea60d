import KubeCore

/// Fields that an apply would take from others.
struct ApplyConflicts {
    private let conflicts: [(owner: String, paths: [FieldPath])]

    init(_ conflicts: [ManagedFields.Identity: FieldSet]) {
        self.conflicts = conflicts.map { (Self.name($0.key), $0.value.paths) }.sorted { $0.0 < $1.0 }
    }

    /// 409, with a cause for each field.
    var error: KubeError {
        let causes = conflicts.flatMap { conflict in
            conflict.paths.map {
                KubeError.Cause(reason: "FieldManagerConflict", message: "conflict with \(conflict.owner)", field: $0.text)
            }
        }
        return KubeError(.conflict, status: 409, message: message(count: causes.count), causes: causes)
    }

    private func message(count: Int) -> String {
        if count == 1, let only = conflicts.first, let path = only.paths.first {
            return "Apply failed with 1 conflict: conflict with \(only.owner): \(path.text)"
        }
        let lines = conflicts.flatMap { ["conflicts with \($0.owner):"] + $0.paths.map { "- \($0.text)" } }
        return "Apply failed with \(count) conflicts: \(lines.joined(separator: "\n"))"
    }

    /// `"kubectl-edit" with subresource "status" using graft.dev/v1alpha1`.
    private static func name(_ identity: ManagedFields.Identity) -> String {
        var name = "\"\(identity.manager)\""
        if let subresource = identity.subresource { name += " with subresource \"\(subresource)\"" }
        if let apiVersion = identity.apiVersion { name += " using \(apiVersion)" }
        return name
    }
}

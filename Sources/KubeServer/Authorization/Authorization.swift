import KubeCore

/// Who may do what.
package enum Authorization: Sendable {
    /// Everybody everything.
    case alwaysAllow
    /// What Roles and ClusterRoles grant.
    case roles
    case custom(@Sendable (AccessAttempt) -> Bool)
}

extension KubeError {
    /// The refusal, in the words of a Kubernetes API server.
    static func forbidden(_ attempt: AccessAttempt) -> KubeError {
        if let path = attempt.path {
            return KubeError(
                .forbidden, status: 403, message: "forbidden: User \"\(attempt.user.name)\" cannot \(attempt.verb) path \"\(path)\"")
        }
        let resource = GroupResource(group: attempt.group, resource: attempt.resource)
        let name = attempt.name.map { " \"\($0)\"" } ?? ""
        let scope = attempt.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        return KubeError(
            .forbidden, status: 403,
            message: "\(resource)\(name) is forbidden: User \"\(attempt.user.name)\" cannot \(attempt.verb) resource "
                + "\"\(attempt.resourceText)\" in API group \"\(attempt.group)\" \(scope)",
            group: attempt.group.isEmpty ? nil : attempt.group, kind: attempt.resource, name: attempt.name)
    }
}

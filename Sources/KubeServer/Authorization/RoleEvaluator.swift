import JSON
import KubeCore

/// Interprets the stored Roles and bindings (Kubernetes: «Using RBAC Authorization»). What no rule grants is refused.
/// `aggregationRule` is not followed.
struct RoleEvaluator {
    private static let group = "rbac.authorization.k8s.io"

    let store: ObjectStore

    func allows(_ attempt: AccessAttempt) -> Bool {
        if attempt.user.groups.contains(User.mastersGroup) { return true }
        for binding in store.all(resource("clusterrolebindings")) where binds(binding.json, attempt.user, namespace: nil) {
            if rules(of: binding.json, namespace: nil).contains(where: { grants($0, attempt) }) { return true }
        }
        guard let namespace = attempt.namespace else { return false }
        for binding in store.all(resource("rolebindings"), namespace: namespace)
        where binds(binding.json, attempt.user, namespace: namespace) {
            if rules(of: binding.json, namespace: namespace).contains(where: { grants($0, attempt) }) { return true }
        }
        return false
    }

    private func binds(_ binding: JSON, _ user: User, namespace: String?) -> Bool {
        (binding["subjects"]?.array ?? []).contains { subject in
            let name = subject["name"]?.string ?? ""
            switch subject["kind"]?.string {
            case "User": return name == user.name
            case "Group": return user.allGroups.contains(name)
            case "ServiceAccount":
                return user.name == "system:serviceaccount:\(subject["namespace"]?.string ?? namespace ?? ""):\(name)"
            default: return false
            }
        }
    }

    private func rules(of binding: JSON, namespace: String?) -> [JSON] {
        let name = binding["roleRef"]?["name"]?.string ?? ""
        let role =
            switch (binding["roleRef"]?["kind"]?.string, namespace) {
            case ("ClusterRole"?, _): store.get(resource("clusterroles"), ObjectKey(name: name))
            case ("Role"?, let namespace?): store.get(resource("roles"), ObjectKey(namespace: namespace, name: name))
            default: StoredObject?.none
            }
        return role?.json["rules"]?.array ?? []
    }

    private func grants(_ rule: JSON, _ attempt: AccessAttempt) -> Bool {
        guard lists(rule["verbs"], attempt.verb) else { return false }
        if let path = attempt.path {
            return (rule["nonResourceURLs"]?.array ?? []).contains { pattern in
                guard let pattern = pattern.string else { return false }
                return pattern == path || (pattern.hasSuffix("*") && path.hasPrefix(pattern.dropLast()))
            }
        }
        guard lists(rule["apiGroups"], attempt.group) else { return false }
        let resources = (rule["resources"]?.array ?? []).compactMap(\.string)
        let everywhere = attempt.subresource.map { "*/\($0)" }
        guard resources.contains(where: { $0 == "*" || $0 == attempt.resourceText || $0 == everywhere }) else { return false }
        let names = (rule["resourceNames"]?.array ?? []).compactMap(\.string)
        return names.isEmpty || attempt.name.map(names.contains) ?? false
    }

    private func lists(_ values: JSON?, _ wanted: String) -> Bool {
        (values?.array ?? []).contains { $0.string == "*" || $0.string == wanted }
    }

    private func resource(_ plural: String) -> GroupResource { GroupResource(group: Self.group, resource: plural) }
}

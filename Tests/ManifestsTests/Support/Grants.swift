import JSON
import KubeServer

/// One thing that somebody may do.
struct Grant: Hashable, Comparable, CustomStringConvertible {
    var verb: String
    var group: String
    /// `modulehosts/status`.
    var resource: String
    /// Nil: in all namespaces, and at the cluster's scope.
    var namespace: String?

    var description: String { "\(verb) \(resource).\(group.isEmpty ? "core" : group)\(namespace.map { " in \($0)" } ?? "")" }

    static func < (left: Grant, right: Grant) -> Bool { left.description < right.description }

    /// Whether this is what was needed for something that was done in a namespace, or in none.
    func covers(_ used: Grant) -> Bool {
        (verb, group, resource) == (used.verb, used.group, used.resource) && (namespace == nil || namespace == used.namespace)
    }
}

extension Grant {
    /// What somebody needed.
    init(using entry: AccessLog.Entry) {
        self.init(
            verb: entry.verb, group: entry.group,
            resource: entry.subresource.isEmpty ? entry.resource : "\(entry.resource)/\(entry.subresource)",
            namespace: entry.namespace.isEmpty ? nil : entry.namespace)
    }
}

extension [JSON] {
    /// All that the roles among these objects grant to a service account.
    func grants(toServiceAccount name: String, of namespace: String) throws -> Set<Grant> {
        var grants: Set<Grant> = []
        let subject: JSON = ["kind": "ServiceAccount", "name": .string(name), "namespace": .string(namespace)]
        for binding in self where binding["subjects"]?.array?.contains(subject) == true {
            let role = filter {
                $0["kind"] == binding["roleRef"]?["kind"] && $0["metadata"]?["name"] == binding["roleRef"]?["name"]
                    && ($0.namespace == nil || $0.namespace == binding.namespace)
            }
            guard role.count == 1 else { throw Missing(description: "the role of \(binding["kind"]?.string ?? "") \(binding.name ?? "")") }
            for rule in role[0]["rules"]?.array ?? [] {
                for group in rule.strings("apiGroups") {
                    for resource in rule.strings("resources") {
                        for verb in rule.strings("verbs") {
                            grants.insert(Grant(verb: verb, group: group, resource: resource, namespace: binding.namespace))
                        }
                    }
                }
            }
        }
        return grants
    }
}

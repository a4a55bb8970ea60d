import JSON

/// How lists and objects of Kubernetes' own kinds merge, by field and parent field: the `x-kubernetes-list-type` and
/// `patchMergeKey` markers of the types served here.
enum BuiltinMergeRules {
    /// Objects whose members are entries, not fields.
    static let maps: Set<String> = [
        "labels", "annotations", "data", "binaryData", "stringData", "matchLabels", "nodeSelector", "limits", "requests", "capacity",
        "allocatable", "hard", "used",
    ]

    /// What a list element's key is when it is left out.
    static let keyDefaults: [String: JSON] = ["protocol": "TCP"]

    static func listForm(field: String, parent: String) -> MergeType.ListForm {
        if field == "ports" { return .map([parent == "containers" || parent == "initContainers" ? "containerPort" : "port", "protocol"]) }
        if field == "finalizers" { return parent == "metadata" ? .set : .atomic }
        if let keys = keys[field] { return .map(keys) }
        return .atomic
    }

    private static let keys: [String: [String]] = [
        "containers": ["name"], "initContainers": ["name"], "ephemeralContainers": ["name"], "env": ["name"], "volumes": ["name"],
        "volumeMounts": ["mountPath"], "volumeDevices": ["devicePath"], "imagePullSecrets": ["name"], "conditions": ["type"],
        "ownerReferences": ["uid"], "hostAliases": ["ip"], "topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
        "secrets": ["name"], "webhooks": ["name"], "addresses": ["type"], "matchConditions": ["name"], "variables": ["name"],
        "resourceClaims": ["name"], "podIPs": ["ip"], "hostIPs": ["ip"],
    ]

    /// References and selectors are replaced whole.
    static func isAtomic(field: String, parent: String) -> Bool {
        switch field {
        case "selector": parent == "spec" || parent.hasSuffix("Selector")
        case "nodeSelector", "secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "labelSelector", "namespaceSelector",
            "objectSelector", "podSelector", "roleRef", "involvedObject", "regarding", "claimRef", "secretRef", "targetRef":
            true
        default: false
        }
    }
}

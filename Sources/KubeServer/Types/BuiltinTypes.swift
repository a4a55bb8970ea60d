extension ResourceType {
    /// The kinds every Kubernetes has, as far as Graft, its manifests and the usual tools need them. Most are stored as they come.
    static let builtin: [ResourceType] = core + coordination + workloads + authorization + admission

    private static let core: [ResourceType] = [
        builtin("Namespace", "namespaces", namespaced: false, short: ["ns"], fields: ["status.phase"], status: true) {
            $0.behavior = .namespace
        },
        builtin("Node", "nodes", namespaced: false, short: ["no"], fields: ["spec.unschedulable"], status: true) { $0.behavior = .node },
        builtin(
            "Pod", "pods", short: ["po"], categories: ["all"],
            fields: [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP",
            ],
            status: true),
        builtin("ConfigMap", "configmaps", short: ["cm"]),
        builtin("Secret", "secrets", fields: ["type"]) { $0.behavior = .secret },
        builtin("ServiceAccount", "serviceaccounts", short: ["sa"]),
        builtin("Service", "services", short: ["svc"], categories: ["all"], fields: ["spec.clusterIP", "spec.type"], status: true),
        builtin("Event", "events", short: ["ev"], fields: EventForm.core.selectableFields) {
            $0.behavior = .event
            $0.createsOnUpdate = true
        },
        builtin("Event", "events", group: "events.k8s.io", short: ["ev"], fields: EventForm.events.selectableFields) {
            $0.behavior = .event
            $0.createsOnUpdate = true
            $0.sharedStorage = .events
        },
    ]

    private static let coordination: [ResourceType] = [
        builtin("Lease", "leases", group: "coordination.k8s.io") { $0.createsOnUpdate = true }
    ]

    private static let workloads: [ResourceType] = [
        builtin("Deployment", "deployments", group: "apps", short: ["deploy"], categories: ["all"], status: true, generation: true),
        builtin("DaemonSet", "daemonsets", group: "apps", short: ["ds"], categories: ["all"], status: true, generation: true),
        builtin("PodDisruptionBudget", "poddisruptionbudgets", group: "policy", short: ["pdb"], status: true, generation: true),
        builtin("NetworkPolicy", "networkpolicies", group: "networking.k8s.io", short: ["netpol"], generation: true),
        builtin("PriorityClass", "priorityclasses", group: "scheduling.k8s.io", namespaced: false, short: ["pc"], generation: true),
    ]

    private static let authorization: [ResourceType] = [
        builtin("Role", "roles", group: "rbac.authorization.k8s.io") { $0.behavior = .role },
        builtin("RoleBinding", "rolebindings", group: "rbac.authorization.k8s.io") { $0.behavior = .role },
        builtin("ClusterRole", "clusterroles", group: "rbac.authorization.k8s.io", namespaced: false) { $0.behavior = .role },
        builtin("ClusterRoleBinding", "clusterrolebindings", group: "rbac.authorization.k8s.io", namespaced: false) { $0.behavior = .role },
    ]

    private static let admission: [ResourceType] = [
        builtin(
            "ValidatingAdmissionPolicy", "validatingadmissionpolicies", group: "admissionregistration.k8s.io", namespaced: false,
            categories: ["api-extensions"], status: true, generation: true),
        builtin(
            "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", group: "admissionregistration.k8s.io",
            namespaced: false, categories: ["api-extensions"], generation: true),
        builtin(
            "CustomResourceDefinition", "customresourcedefinitions", group: "apiextensions.k8s.io", namespaced: false,
            short: ["crd", "crds"], categories: ["api-extensions"], status: true, generation: true
        ) { $0.behavior = .definition },
    ]

    private static func builtin(
        _ kind: String, _ plural: String, group: String = "", namespaced: Bool = true, short: [String] = [], categories: [String] = [],
        fields: [String] = [], status: Bool = false, generation: Bool = false, _ refine: (inout ResourceType) -> Void = { _ in }
    ) -> ResourceType {
        var version = Version(name: "v1")
        version.selectableFields = fields
        version.hasStatus = status
        var type = ResourceType(group: group, kind: kind, plural: plural, isNamespaced: namespaced, versions: [version])
        type.shortNames = short
        type.categories = categories
        type.hasGeneration = generation
        refine(&type)
        return type
    }
}

import JSON
import KubeCore

extension BuiltinColumns {
    static let workloads: [String: [TableColumn]] = [
        "/Pod": [
            .name,
            text("Ready", "Containers that are ready, and how many there are.") { pod in
                let ready = (pod["status"]?["containerStatuses"]?.array ?? []).count { $0["ready"]?.bool == true }
                return "\(ready)/\(count(pod["spec"]?["containers"]))"
            },
            text("Status", "The status of the pod.", podStatus),
            number("Restarts", "How often its containers were restarted.") { pod in
                (pod["status"]?["containerStatuses"]?.array ?? []).reduce(0) { $0 + ($1["restartCount"]?.integer ?? 0) }
            },
            .age,
            wide("IP", "The address of the pod.") { $0["status"]?["podIP"]?.string ?? none },
            wide("Node", "The node it runs on.") { $0["spec"]?["nodeName"]?.string ?? none },
        ],
        "/Service": [
            .name, text("Type", "How it is exposed.") { $0["spec"]?["type"]?.string ?? "ClusterIP" },
            text("Cluster-IP", "Its address within the cluster.") { $0["spec"]?["clusterIP"]?.string ?? none },
            text("External-IP", "Its addresses outside.") { service in
                let addresses = (service["spec"]?["externalIPs"]?.array ?? []).compactMap(\.string)
                return addresses.isEmpty ? none : addresses.joined(separator: ",")
            },
            text("Port(s)", "What it listens on.") { service in
                let ports = (service["spec"]?["ports"]?.array ?? []).map { port in
                    let node = port["nodePort"]?.integer.map { ":\($0)" } ?? ""
                    return "\(port["port"]?.integer ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
                }
                return ports.isEmpty ? none : ports.joined(separator: ",")
            },
            .age, wide("Selector", "The pods behind it.") { labels($0["spec"]?["selector"]) },
        ],
        "apps/Deployment": [
            .name,
            text("Ready", "Pods that are ready, and how many are wanted.") {
                "\($0["status"]?["readyReplicas"]?.integer ?? 0)/\($0["spec"]?["replicas"]?.integer ?? 1)"
            },
            number("Up-to-date", "Pods of the newest template.") { $0["status"]?["updatedReplicas"]?.integer ?? 0 },
            number("Available", "Pods that have been ready long enough.") { $0["status"]?["availableReplicas"]?.integer ?? 0 }, .age,
            wide("Containers", "Names of the containers.") { containers($0, "name") },
            wide("Images", "Their images.") { containers($0, "image") },
            wide("Selector", "The pods it owns.") { labels($0["spec"]?["selector"]?["matchLabels"]) },
        ],
        "apps/DaemonSet": [
            .name, number("Desired", "Nodes that should run it.") { $0["status"]?["desiredNumberScheduled"]?.integer ?? 0 },
            number("Current", "Nodes that run it.") { $0["status"]?["currentNumberScheduled"]?.integer ?? 0 },
            number("Ready", "Nodes where it is ready.") { $0["status"]?["numberReady"]?.integer ?? 0 },
            number("Up-to-date", "Nodes that run the newest template.") { $0["status"]?["updatedNumberScheduled"]?.integer ?? 0 },
            number("Available", "Nodes where it has been ready long enough.") { $0["status"]?["numberAvailable"]?.integer ?? 0 },
            text("Node Selector", "Which nodes should run it.") { labels($0["spec"]?["template"]?["spec"]?["nodeSelector"]) }, .age,
            wide("Containers", "Names of the containers.") { containers($0, "name") },
            wide("Images", "Their images.") { containers($0, "image") },
            wide("Selector", "The pods it owns.") { labels($0["spec"]?["selector"]?["matchLabels"]) },
        ],
        "policy/PodDisruptionBudget": [
            .name, text("Min Available", "Pods that must stay.") { numberOrText($0["spec"]?["minAvailable"]) },
            text("Max Unavailable", "Pods that may go.") { numberOrText($0["spec"]?["maxUnavailable"]) },
            number("Allowed Disruptions", "Pods that may go now.") { $0["status"]?["disruptionsAllowed"]?.integer ?? 0 }, .age,
        ],
        "networking.k8s.io/NetworkPolicy": [
            .name, text("Pod-Selector", "The pods it is for.") { labels($0["spec"]?["podSelector"]?["matchLabels"]) }, .age,
        ],
        "scheduling.k8s.io/PriorityClass": [
            .name, number("Value", "The priority.") { $0["value"]?.integer ?? 0 },
            TableColumn(name: "Global-Default", type: "boolean", description: "Whether pods without a class have it.") { object, _ in
                object["globalDefault"] ?? false
            },
            .age, text("PreemptionPolicy", "Whether it evicts others.") { $0["preemptionPolicy"]?.string ?? "PreemptLowerPriority" },
        ],
    ]

    private static func podStatus(_ pod: JSON) -> String {
        if pod["metadata"]?["deletionTimestamp"] != nil { return "Terminating" }
        for status in pod["status"]?["containerStatuses"]?.array ?? [] {
            for state in ["waiting", "terminated"] {
                if let reason = status["state"]?[state]?["reason"]?.string, !reason.isEmpty { return reason }
            }
        }
        return pod["status"]?["reason"]?.string ?? pod["status"]?["phase"]?.string ?? "Pending"
    }

    private static func containers(_ object: JSON, _ field: String) -> String {
        (object["spec"]?["template"]?["spec"]?["containers"]?.array ?? []).compactMap { $0[field]?.string }.joined(separator: ",")
    }

    private static func labels(_ value: JSON?) -> String {
        let pairs = (value?.object ?? [:]).map { "\($0)=\($1.string ?? $1.text())" }
        return pairs.isEmpty ? none : pairs.sorted().joined(separator: ",")
    }

    private static func numberOrText(_ value: JSON?) -> String { value.map { $0.string ?? $0.text() } ?? "N/A" }
}

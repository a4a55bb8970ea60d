import JSON
import KubeCore

/// The columns in which kubectl's users know the kinds every Kubernetes has.
enum BuiltinColumns {
    static func columns(group: String, kind: String) -> [TableColumn]? { tables["\(group)/\(kind)"] }

    private static let tables: [String: [TableColumn]] = {
        var tables = core
        tables.merge(workloads) { first, _ in first }
        tables.merge(access) { first, _ in first }
        return tables
    }()

    private static let core: [String: [TableColumn]] = [
        "/Namespace": [.name, text("Status", "The status of the namespace.") { $0["status"]?["phase"]?.string ?? "Active" }, .age],
        "/Node": node,
        "/Event": event,
        "events.k8s.io/Event": event,
        "/ConfigMap": [
            .name, number("Data", "How many entries it has.") { count($0["data"]) + count($0["binaryData"]) }, .age,
        ],
        "/Secret": [
            .name, text("Type", "What the secret is for.") { $0["type"]?.string ?? "Opaque" },
            number("Data", "How many entries it has.") { count($0["data"]) }, .age,
        ],
        "/ServiceAccount": [.name, number("Secrets", "How many secrets it may use.") { count($0["secrets"]) }, .age],
        "coordination.k8s.io/Lease": [
            .name, text("Holder", "Who holds the lease.") { $0["spec"]?["holderIdentity"]?.string ?? "" }, .age,
        ],
        "apiextensions.k8s.io/CustomResourceDefinition": [.name, .createdAt],
    ]

    private static let node: [TableColumn] = [
        .name, text("Status", "The status of the node.", nodeStatus),
        text("Roles", "The roles of the node.") { node in
            let prefix = "node-role.kubernetes.io/"
            let labels = node["metadata"]?["labels"]?.object ?? [:]
            let roles = labels.compactMap { key, value -> String? in
                if key.hasPrefix(prefix), key.count > prefix.count { return String(key.dropFirst(prefix.count)) }
                return key == "kubernetes.io/role" ? value.string : nil
            }
            return roles.isEmpty ? none : Set(roles).sorted().joined(separator: ",")
        },
        .age,
        text("Version", "Version of the kubelet.") { $0["status"]?["nodeInfo"]?["kubeletVersion"]?.string ?? "" },
        wide("Internal-IP", "Address within the cluster.") { address("InternalIP", of: $0) },
        wide("External-IP", "Address outside of it.") { address("ExternalIP", of: $0) },
        wide("OS-Image", "Operating system.") { $0["status"]?["nodeInfo"]?["osImage"]?.string ?? unknown },
        wide("Kernel-Version", "Version of the kernel.") { $0["status"]?["nodeInfo"]?["kernelVersion"]?.string ?? unknown },
        wide("Container-Runtime", "Runtime and its version.") { $0["status"]?["nodeInfo"]?["containerRuntimeVersion"]?.string ?? unknown },
    ]

    private static func nodeStatus(_ node: JSON) -> String {
        let ready = node["status"]?["conditions"]?.array?.first { $0["type"]?.string == "Ready" }?["status"]?.string
        var parts = [ready.map { $0 == "True" ? "Ready" : "NotReady" } ?? "Unknown"]
        if node["spec"]?["unschedulable"]?.bool == true { parts.append("SchedulingDisabled") }
        return parts.joined(separator: ",")
    }

    private static func address(_ type: String, of node: JSON) -> String {
        node["status"]?["addresses"]?.array?.first { $0["type"]?.string == type }?["address"]?.string ?? none
    }

    /// Events of either API group: `events.k8s.io` names the same things otherwise.
    private static let event: [TableColumn] = [
        TableColumn(name: "Last Seen", type: "string", description: "When it was seen last.") { event, now in
            let series = event["series"]?["lastObservedTime"]
            let times = [event["lastTimestamp"], event["deprecatedLastTimestamp"], series, event["eventTime"]]
            return .string(TableColumn.age(of: times.compactMap { $0 }.first { !$0.isNull }, at: now))
        },
        text("Type", "Normal or Warning.") { $0["type"]?.string ?? "" },
        text("Reason", "Why, in a word.") { $0["reason"]?.string ?? "" },
        text("Object", "What it is about.") { event in
            let object = event["involvedObject"] ?? event["regarding"]
            let (kind, name) = (object?["kind"]?.string ?? "", object?["name"]?.string ?? "")
            return name.isEmpty ? kind.lowercased() : "\(kind.lowercased())/\(name)"
        },
        wide("Subobject", "The part of the object it is about.") {
            ($0["involvedObject"] ?? $0["regarding"])?["fieldPath"]?.string ?? ""
        },
        wide("Source", "Who reported it.") { event in
            let source = event["source"] ?? event["deprecatedSource"]
            let component = source?["component"]?.string ?? event["reportingComponent"]?.string ?? event["reportingController"]?.string
            return [component ?? "", source?["host"]?.string ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        },
        text("Message", "What happened.") { ($0["message"] ?? $0["note"])?.string ?? "" },
        TableColumn(name: "First Seen", type: "string", description: "When it was seen first.", priority: 1) { event, now in
            let times = [event["firstTimestamp"], event["deprecatedFirstTimestamp"], event["eventTime"]]
            return .string(TableColumn.age(of: times.compactMap { $0 }.first { !$0.isNull }, at: now))
        },
        TableColumn(name: "Count", type: "integer", description: "How often it was seen.", priority: 1) { event, _ in
            event["series"]?["count"] ?? event["count"] ?? event["deprecatedCount"] ?? 1
        },
        TableColumn(name: "Name", type: "string", format: "name", description: "The name of the event.", priority: 1) { event, _ in
            event["metadata"]?["name"] ?? ""
        },
    ]
}

extension BuiltinColumns {
    static let none = "<none>"
    static let unknown = "<unknown>"

    static func text(_ name: String, _ about: String, _ value: @escaping @Sendable (JSON) -> String) -> TableColumn {
        TableColumn(name: name, type: "string", description: about) { object, _ in .string(value(object)) }
    }

    /// A column that only `-o wide` shows.
    static func wide(_ name: String, _ about: String, _ value: @escaping @Sendable (JSON) -> String) -> TableColumn {
        TableColumn(name: name, type: "string", description: about, priority: 1) { object, _ in .string(value(object)) }
    }

    static func number(_ name: String, _ about: String, _ value: @escaping @Sendable (JSON) -> Int64) -> TableColumn {
        TableColumn(name: name, type: "integer", description: about) { object, _ in .integer(value(object)) }
    }

    static func count(_ value: JSON?) -> Int64 { Int64(value?.object?.count ?? value?.array?.count ?? 0) }
}

import JSON
import KubeCore
import KubeRuntime
import Logging

/// A config map at a version, with a value.
func object(
    _ name: String, _ version: Int, _ value: String = "", uid: String? = nil, namespace: String = "a", owners: [String] = []
) -> ConfigMap {
    ConfigMap(
        metadata: ObjectMeta(
            name: name, namespace: namespace, uid: uid ?? "uid-\(name)", resourceVersion: String(version),
            ownerReferences: owners.map { OwnerReference(apiVersion: "v1", kind: "X", name: $0, uid: $0) }),
        data: ["value": value])
}

func key(_ name: String, namespace: String = "a") -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

func listJSON(_ objects: [ConfigMap], version: Int, next: String? = nil) -> JSON {
    var metadata: JSONObject = ["resourceVersion": .string(String(version))]
    metadata.set("continue", next)
    return ["metadata": .object(metadata), "items": .array(objects.map(\.json))]
}

func line(_ type: String, _ object: ConfigMap) -> JSON { ["type": .string(type), "object": object.json] }
func bookmark(_ version: Int) -> JSON { ["type": "BOOKMARK", "object": ["metadata": ["resourceVersion": .string(String(version))]]] }
func errorLine(_ status: Int, _ reason: String) -> JSON {
    ["type": "ERROR", "object": ["kind": "Status", "code": .integer(Int64(status)), "reason": .string(reason), "message": "m"]]
}

/// A change in words: `added x 1`.
func words(_ change: Change<ConfigMap>) -> String {
    let version = (change.new ?? change.old)?.metadata.resourceVersion ?? "?"
    return "\(change.kind) \(change.key.name) \(version)\(change.isInitial ? " initially" : "")"
}

var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

import JSON
import KubeCore

/// One version of one object as it is stored: never changed, shared by the cache, the history and every watcher.
final class StoredObject: Sendable {
    let resource: GroupResource
    let key: ObjectKey
    /// `namespace/name`, or the name alone; what lists are sorted by.
    let path: String
    /// The resource version this state was written at.
    let version: Int64
    let json: JSON
    /// `json`, written once for storage, answers and watches alike.
    let bytes: [UInt8]
    let uid: String
    let labels: [String: String]
    /// The uids of `metadata.ownerReferences`.
    let owners: [String]

    /// - Parameter json: has `metadata.resourceVersion` set to `version` already.
    init(resource: GroupResource, key: ObjectKey, version: Int64, json: JSON, bytes: [UInt8]) {
        self.resource = resource
        self.key = key
        self.path = key.description
        self.version = version
        self.json = json
        self.bytes = bytes
        let metadata = json["metadata"]
        uid = metadata?["uid"]?.string ?? ""
        owners = (metadata?["ownerReferences"]?.array ?? []).compactMap { $0["uid"]?.string }
        labels = metadata?["labels"]?.object.map(Self.strings) ?? [:]
    }

    /// Gives `json` its resource version and writes it.
    convenience init(resource: GroupResource, key: ObjectKey, version: Int64, unversioned json: JSON) {
        var object = json.object ?? JSONObject()
        object.update("metadata") { $0["resourceVersion"] = .string(String(version)) }
        let versioned = JSON.object(object)
        self.init(resource: resource, key: key, version: version, json: versioned, bytes: versioned.bytes())
    }

    var isDeleting: Bool { json["metadata"]?["deletionTimestamp"] != nil }
    var finalizers: [String] { (json["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string) }

    private static func strings(_ object: JSONObject) -> [String: String] {
        var strings: [String: String] = [:]
        strings.reserveCapacity(object.count)
        for (key, value) in object { strings[key] = value.string }
        return strings
    }
}

import JSON

/// One line of a watch, read: an event, or an object its reader can't read.
public enum WatchLine<Object: KubeObject>: Sendable {
    case event(WatchEvent<Object>)
    case undecodable(UndecodableObject)

    /// Reads `{"type": …, "object": …}` (`metav1.WatchEvent`).
    /// - Throws: `JSONSyntaxError` or `JSONDecodingError` when it is no such envelope.
    public init(parsing bytes: ArraySlice<UInt8>) throws {
        guard let line = RawJSON(bytes), let type = try line.member("type").map({ try JSON.parse($0.bytes) })?.string,
            let object = line.member("object")
        else {
            // Says what is wrong, and where.
            let json = try JSON.parse(bytes)
            throw JSONDecodingError(path: .root, wanted: "an object with a type and an object", found: json)
        }
        let path = JSONPath([.key("object")])
        switch type {
        case "ADDED", "MODIFIED", "DELETED":
            do {
                let value = try Object(from: JSON.parse(object.bytes), at: path)
                self = .event(type == "ADDED" ? .added(value) : type == "MODIFIED" ? .modified(value) : .deleted(value))
            } catch {
                var skipped = UndecodableObject(object, error)
                skipped.isDeleted = type == "DELETED"
                self = .undecodable(skipped)
            }
        case "BOOKMARK":
            let metadata: JSON = try JSONReader(JSON.parse(object.bytes), at: path).required("metadata")
            let version: String = try JSONReader(metadata, at: path.appending("metadata")).required("resourceVersion")
            let end = metadata["annotations"]?["k8s.io/initial-events-end"]?.string == "true"
            self = .event(.bookmark(resourceVersion: version, initialEventsEnd: end))
        case "ERROR":
            self = .event(.error(try KubeError(from: JSON.parse(object.bytes), at: path)))
        default:
            throw JSONDecodingError(
                path: JSONPath([.key("type")]), wanted: "ADDED, MODIFIED, DELETED, BOOKMARK or ERROR", found: type)
        }
    }
}

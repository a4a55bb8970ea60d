import JSON
import KubeCore

/// The body of a watch: one JSON document a line, as they come.
package struct WatchStream: Sendable {
    let watcher: Watcher
    let store: ObjectStore
    let form: WatchForm

    /// The next lines; nil when the watch is over or the task is cancelled. One consumer.
    package func next() async -> [UInt8]? {
        guard let item = await watcher.next() else {
            stop()
            return nil
        }
        var bytes = form.line(item)
        // What is there already goes out in one piece, as long as that is small.
        while bytes.count < Self.pieceSize, let item = watcher.more(1).first { bytes += form.line(item) }
        return bytes
    }

    /// Bytes after which no more lines are put into one piece.
    private static let pieceSize = 16 << 10

    /// Ends the watch. Whoever stops reading before the end calls it.
    package func stop() { store.stop(watcher) }
}

/// How the events of a watch are written: which version, and as objects, metadata or tables.
struct WatchForm: Sendable {
    let endpoint: Endpoint

    func line(_ item: Watcher.Item) -> [UInt8] {
        switch item {
        case .added(let object): return line("ADDED", object)
        case .modified(let object): return line("MODIFIED", object)
        case .deleted(let object, let version):
            guard object.version != version else { return line("DELETED", object) }
            var json = object.json.object ?? JSONObject()
            json.update("metadata") { $0["resourceVersion"] = .string(String(version)) }
            return line("DELETED", endpoint.represented(endpoint.shown(.object(json))))
        case .bookmark(let version, let endsInitialEvents):
            var metadata: JSON = ["resourceVersion": .string(String(version)), "creationTimestamp": nil]
            if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
            let object: JSON = [
                "kind": .string(endpoint.type.kind), "apiVersion": .string(endpoint.apiVersion), "metadata": metadata,
            ]
            return line("BOOKMARK", endpoint.represented(object))
        }
    }

    private func line(_ type: String, _ object: StoredObject) -> [UInt8] {
        if endpoint.representation == .object, !endpoint.converts { return line(type, object.bytes) }
        return line(type, endpoint.represented(endpoint.shown(object.json)))
    }

    func line(_ type: String, _ object: JSON) -> [UInt8] { line(type, object.bytes()) }

    private func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(object.count + 40)
        bytes += Array("{\"type\":\"\(type)\",\"object\":".utf8)
        bytes += object
        bytes += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
        return bytes
    }
}

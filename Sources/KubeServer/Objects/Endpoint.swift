import HTTPTypes
import JSON
import KubeCore

/// One request for objects of one kind: what it is about, and with what it is answered.
struct Endpoint: Sendable {
    let server: KubeServer
    let request: ServerRequest
    let query: Query
    let user: User
    let type: ResourceType
    let version: ResourceType.Version
    let target: ResourceTarget
    let representation: Representation

    var store: ObjectStore { server.store }
    var resource: GroupResource { type.groupResource }
    var apiVersion: String { type.apiVersion(version.name) }
    var writesStatus: Bool { target.subresource == "status" }

    var key: ObjectKey { key(named: target.name ?? "") }

    func key(named name: String) -> ObjectKey { ObjectKey(namespace: type.isNamespaced ? target.namespace : nil, name: name) }

    /// The object the path names.
    func existing() throws(KubeError) -> StoredObject {
        guard let object = store.get(type.storage, key) else { throw .notFound(resource, key.name) }
        return object
    }

    // MARK: Versions

    /// Whether objects are shown otherwise than they are stored.
    var converts: Bool { type.sharedStorage != nil || version.name != type.storageVersion }

    /// An object as this version shows it.
    func shown(_ json: JSON) -> JSON {
        guard converts else { return json }
        if case .event = type.behavior { return EventForm(group: type.group).shown(json) }
        var shown = json
        shown["apiVersion"] = .string(apiVersion)
        return shown
    }

    /// An object of this version as it is stored.
    func stored(_ json: JSON) -> JSON {
        guard converts else { return json }
        if case .event = type.behavior { return EventForm(group: type.group).stored(json) }
        var stored = json
        stored["apiVersion"] = .string(type.apiVersion(type.storageVersion))
        return stored
    }

    // MARK: Answers

    func answer(_ object: StoredObject, created: Bool = false, warnings: [String] = []) -> ServerResponse {
        let bytes = representation == .object && !converts ? object.bytes : represented(shown(object.json)).bytes()
        return ServerResponse(status: created ? .created : .ok, warnings: allWarnings(warnings), body: .bytes(bytes))
    }

    func answer(_ json: JSON, created: Bool = false, warnings: [String] = []) -> ServerResponse {
        ServerResponse(
            status: created ? .created : .ok, warnings: allWarnings(warnings), body: .bytes(represented(shown(json)).bytes()))
    }

    private func allWarnings(_ warnings: [String]) -> [String] {
        guard let text = version.deprecationWarning else { return warnings }
        return [text.isEmpty ? "\(apiVersion) \(type.kind) is deprecated" : text] + warnings
    }

    /// One object in the form that was asked for.
    func represented(_ object: JSON) -> JSON {
        switch representation {
        case .object: object
        case .metadata: PartialObjectMetadata.object(object)
        case .table: table([object], metadata: ["resourceVersion": object["metadata"]?["resourceVersion"] ?? ""])
        }
    }

    func table(_ objects: [JSON], metadata: JSONObject) -> JSON {
        let renderer = type.isCustom ? TableRenderer(columns: version.columns) : TableRenderer(group: type.group, kind: type.kind)
        return renderer.table(
            for: objects, listMetadata: .object(metadata),
            includeObject: query["includeObject"].flatMap(TableRenderer.IncludeObject.init) ?? .metadata, now: server.now())
    }
}

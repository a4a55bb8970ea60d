import HTTPTypes
import JSON
import KubeCore
import Logging

/// An embedded Kubernetes API server: what Graft, its tests and `kubectl` need of one. `docs/embedded-server.md` says what that is.
///
/// Requests are values, handled by `handle(_:)`; sockets (`addRoutes(to:)`) and `inProcessTransport(user:)` are two ways there.
package final class KubeServer: Sendable {
    package let configuration: Configuration
    package let types = TypeRegistry()
    /// Which permissions were used.
    package let accessLog = AccessLog()
    let store: ObjectStore
    let collectorQueue = CollectorQueue()
    let openAPICache = OpenAPICache()

    /// Opens the storage and makes the namespaces that every cluster has.
    package init(configuration: Configuration = Configuration()) async throws {
        self.configuration = configuration
        let log: any RevisionLog =
            switch configuration.storage {
            case .memory: ForgetfulRevisionLog()
            case .file(let path): try SQLiteRevisionLog(path: path)
            }
        store = try ObjectStore(log: log, historyLimit: configuration.historyLimit)
        reloadTypes()
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] { try await ensureNamespace(name) }
        Collector(server: self).begin()
    }

    func now() -> Timestamp { configuration.now() }

    /// The version of the last write: grows with every write, across restarts.
    package var resourceVersion: Int64 { store.version }

    /// How many watches are open.
    package var watcherCount: Int { store.watcherCount }

    private func ensureNamespace(_ name: String) async throws {
        guard store.get(.namespaces, ObjectKey(name: name)) == nil else { return }
        let body: JSON = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        let request = ServerRequest(
            method: .post, target: "/api/v1/namespaces?fieldManager=kube-apiserver", body: body.bytes(), user: .admin)
        let response = await handle(request)
        if response.status != .created, case .bytes(let bytes) = response.body { throw try KubeError(from: JSON.parse(bytes)) }
    }

    // MARK: What follows from writes

    /// Called after each write: types follow their definitions, deletions are finished.
    func hasWritten(_ type: ResourceType, _ object: StoredObject, removed: Bool) {
        if case .definition = type.behavior { reloadTypes() }
        if removed {
            for dependent in store.dependents(of: object.uid) { enqueue(dependent) }
            for uid in object.owners { if let owner = store.object(uid: uid), owner.isDeleting { enqueue(owner) } }
            if let namespace = object.key.namespace, let home = store.get(.namespaces, ObjectKey(name: namespace)), home.isDeleting {
                enqueue(home)
            }
            if type.isCustom, let definition = store.get(.definitions, ObjectKey(name: type.groupResource.description)),
                definition.isDeleting
            {
                enqueue(definition)
            }
        } else if object.isDeleting || !object.owners.isEmpty {
            enqueue(object)
        }
    }

    private func enqueue(_ object: StoredObject) { collectorQueue.add(ObjectPlace(resource: object.resource, key: object.key)) }

    private func reloadTypes() {
        types.setCustom {
            store.all(.definitions).compactMap { definition in
                let conditions = (definition.json["status"]?["conditions"]?.array ?? []).compactMap { try? Condition(from: $0) }
                return conditions["Established"]?.status == .isTrue ? ResourceType(definition: definition.json) : nil
            }
        }
    }

    // MARK: The server's own writes

    func endpoint(at place: ObjectPlace) -> Endpoint? {
        types.current.type(group: place.resource.group, plural: place.resource.resource).map {
            endpoint(for: $0, namespace: place.key.namespace)
        }
    }

    /// For writes that no request asks for, in the version that is stored.
    func endpoint(for type: ResourceType, namespace: String?) -> Endpoint {
        let version = type.version(type.storageVersion) ?? type.versions[0]
        return Endpoint(
            server: self, request: ServerRequest(method: .get, target: "/"), query: Query(""), user: .admin, type: type, version: version,
            target: ResourceTarget(group: type.group, version: version.name, plural: type.plural, namespace: namespace),
            representation: .object)
    }
}

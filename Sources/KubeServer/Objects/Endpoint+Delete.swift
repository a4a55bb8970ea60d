import JSON
import KubeCore

extension Endpoint {
    func delete() async throws(KubeError) -> ServerResponse {
        let options = try DeletionOptions(request, query)
        let result = try await delete(key, options)
        switch result {
        case .unchanged(let object), .written(let object, _, removed: false): return answer(object)
        case .dry(let json, _, removed: false): return answer(json)
        case .written(let object, _, removed: true): return deletion(of: object.key.name, uid: object.uid)
        case .dry(let json, _, removed: true): return deletion(of: key.name, uid: json["metadata"]?["uid"]?.string ?? "")
        }
    }

    func deleteCollection() async throws(KubeError) -> ServerResponse {
        let options = try DeletionOptions(request, query)
        let filter = try filter()
        let found = store.all(type.storage, namespace: filter.namespace).filter(filter.matches)
        for object in found {
            do { _ = try await delete(object.key, options) } catch  where error.code == .notFound { continue }
        }
        return answer(Array(found), ["resourceVersion": .string(String(store.version))])
    }

    /// Deletes an object, or marks it when somebody has to see to it first: a finalizer, dependents, what a namespace holds.
    func delete(_ key: ObjectKey, _ options: DeletionOptions) async throws(KubeError) -> WriteResult {
        try await write(key, dryRun: options.isDryRun) { current throws(KubeError) in
            guard let current else { throw .notFound(resource, key.name) }
            try checkPreconditions(options, current)
            return try deleted(current, options.propagation)
        }
    }

    private func checkPreconditions(_ options: DeletionOptions, _ current: StoredObject) throws(KubeError) {
        if let uid = options.uid, uid != current.uid {
            throw .conflict(
                resource, current.key.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(current.uid)). The object might have been deleted "
                    + "and then recreated")
        }
        if let version = options.resourceVersion, version != String(current.version) {
            throw .conflict(
                resource, current.key.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record (\(current.version)). "
                    + "The object might have been modified")
        }
    }

    private func deleted(_ current: StoredObject, _ propagation: PropagationPolicy) throws(KubeError) -> Decision {
        var metadata = Metadata(stored: current.json)
        metadata.finalizers =
            metadata.finalizers.filter { $0 != Collector.orphanFinalizer && $0 != Collector.foregroundFinalizer }
            + (propagation == .orphan ? [Collector.orphanFinalizer] : propagation == .foreground ? [Collector.foregroundFinalizer] : [])
        var object = current.json
        let isHeld = !metadata.finalizers.isEmpty || isHeldAsNamespace(object)
        guard isHeld else { return .remove(object) }
        if !current.isDeleting {
            metadata.members["deletionTimestamp"] = .string(server.now().description)
            metadata.members["deletionGracePeriodSeconds"] = 0
            if let generation = metadata.generation { metadata.members["generation"] = .integer(generation + 1) }
            if case .namespace = type.behavior { object.set("status", "phase", "Terminating") }
        }
        object["metadata"] = .object(metadata.members)
        return object == current.json ? .unchanged(current) : .put(object)
    }

    private func isHeldAsNamespace(_ object: JSON) -> Bool {
        guard case .namespace = type.behavior else { return false }
        return !(object["spec"]?["finalizers"]?.array?.isEmpty ?? true)
    }

    private func deletion(of name: String, uid: String) -> ServerResponse {
        var details: JSONObject = ["name": .string(name)]
        if !type.group.isEmpty { details["group"] = .string(type.group) }
        details["kind"] = .string(type.plural)
        details["uid"] = .string(uid)
        let status: JSON = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": .object(details)]
        return ServerResponse(body: .bytes(status.bytes()))
    }
}

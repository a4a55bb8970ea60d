import JSON
import KubeCore
import Logging

/// Finishes what deletions began (Kubernetes: «Garbage Collection», «Namespaces», «CustomResourceDefinitions»): dependents whose owners
/// are gone, foreground and orphaning deletions, what a namespace or a definition held.
struct Collector {
    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"
    static let definitionFinalizer = "customresourcecleanup.apiextensions.k8s.io"

    let server: KubeServer

    private var store: ObjectStore { server.store }

    /// Looks at what is queued until the task is cancelled.
    func run() async {
        while let place = await server.collectorQueue.next() {
            do throws(KubeError) {
                try await settle(place)
            } catch {
                server.configuration.logger.warning(
                    "could not collect", metadata: ["resource": "\(place.resource)", "key": "\(place.key)", "error": "\(error)"])
                server.collectorQueue.postpone(place)
            }
        }
    }

    /// Queues everything there is, as after a start.
    func begin() {
        for resource in store.resources {
            for object in store.all(resource) where object.isDeleting || !object.owners.isEmpty {
                server.collectorQueue.add(ObjectPlace(resource: resource, key: object.key))
            }
        }
    }

    /// Brings one object as far as it can be brought now.
    func settle(_ place: ObjectPlace) async throws(KubeError) {
        guard let object = store.object(at: place), let endpoint = server.endpoint(at: place) else { return }
        if object.isDeleting {
            if place.resource == .namespaces { return try await finishNamespace(object, endpoint) }
            if object.finalizers.contains(Self.definitionFinalizer) { return try await finishDefinition(object, endpoint) }
            if object.finalizers.contains(Self.orphanFinalizer) { return try await orphanDependents(of: object, endpoint) }
            if object.finalizers.contains(Self.foregroundFinalizer) { return try await finishForeground(object, endpoint) }
        }
        if !object.owners.isEmpty { try await checkOwners(of: object, endpoint) }
    }

    // MARK: Owners

    /// An object none of whose owners is there any more goes; references to some that are gone go.
    private func checkOwners(of object: StoredObject, _ endpoint: Endpoint) async throws(KubeError) {
        let present = object.owners.filter { uid in
            guard let owner = store.object(uid: uid) else { return false }
            return owner.key.namespace == nil || owner.key.namespace == object.key.namespace
        }
        if present.isEmpty {
            if !object.isDeleting { try await delete(object, endpoint, .background) }
        } else if present.count < object.owners.count {
            try await edit(object, endpoint) { metadata in
                metadata.keepOwners { present.contains($0) }
            }
        }
    }

    private func orphanDependents(of owner: StoredObject, _ endpoint: Endpoint) async throws(KubeError) {
        for dependent in store.dependents(of: owner.uid) {
            guard let endpoint = server.endpoint(at: ObjectPlace(resource: dependent.resource, key: dependent.key)) else { continue }
            try await edit(dependent, endpoint) { metadata in
                metadata.keepOwners { $0 != owner.uid }
            }
        }
        try await edit(owner, endpoint) { $0.finalizers.removeAll { $0 == Self.orphanFinalizer } }
    }

    /// Dependents go first; the owner when none is left that blocks its deletion.
    private func finishForeground(_ owner: StoredObject, _ endpoint: Endpoint) async throws(KubeError) {
        var isBlocked = false
        for dependent in store.dependents(of: owner.uid) {
            guard let endpoint = server.endpoint(at: ObjectPlace(resource: dependent.resource, key: dependent.key)) else { continue }
            if !dependent.isDeleting { try await delete(dependent, endpoint, .foreground) }
            let blocks = (dependent.json["metadata"]?["ownerReferences"]?.array ?? []).contains {
                $0["uid"]?.string == owner.uid && $0["blockOwnerDeletion"]?.bool ?? false
            }
            if blocks, store.get(dependent.resource, dependent.key) != nil { isBlocked = true }
        }
        if !isBlocked { try await edit(owner, endpoint) { $0.finalizers.removeAll { $0 == Self.foregroundFinalizer } } }
    }

    // MARK: Contents

    private func finishNamespace(_ namespace: StoredObject, _ endpoint: Endpoint) async throws(KubeError) {
        let types = server.types.current.types.filter { $0.isNamespaced && $0.sharedStorage == nil }
        guard try await empty(types, namespace: namespace.key.name) else { return }
        _ = try await endpoint.write(namespace.key, dryRun: false) { current throws(KubeError) in
            guard let current, current.isDeleting else { throw .notFound(.namespaces, namespace.key.name) }
            var json = current.json
            json.set("spec", "finalizers", [])
            return current.finalizers.isEmpty ? .remove(json) : json == current.json ? .unchanged(current) : .put(json)
        }
    }

    private func finishDefinition(_ definition: StoredObject, _ endpoint: Endpoint) async throws(KubeError) {
        if let type = ResourceType(definition: definition.json) {
            guard try await empty([type], namespace: nil) else { return }
        }
        try await edit(definition, endpoint) { $0.finalizers.removeAll { $0 == Self.definitionFinalizer } }
    }

    /// - Returns: whether nothing is left. What finalizers hold is.
    private func empty(_ types: [ResourceType], namespace: String?) async throws(KubeError) -> Bool {
        var isEmpty = true
        for type in types {
            for object in store.all(type.storage, namespace: namespace) {
                let endpoint = server.endpoint(for: type, namespace: object.key.namespace)
                if !object.isDeleting { try await delete(object, endpoint, .background) }
                if store.get(object.resource, object.key) != nil { isEmpty = false }
            }
        }
        return isEmpty
    }

    // MARK: Writes

    /// Deletes an object unless it has been created anew meanwhile.
    private func delete(_ object: StoredObject, _ endpoint: Endpoint, _ policy: PropagationPolicy) async throws(KubeError) {
        do {
            _ = try await endpoint.delete(object.key, DeletionOptions(uid: object.uid, propagation: policy))
        } catch  where error.code == .notFound || error.code == .conflict { return }
    }

    /// Changes metadata of an object that is still the same one, and removes it when nothing holds it any more.
    private func edit(_ object: StoredObject, _ endpoint: Endpoint, _ change: (inout Metadata) -> Void) async throws(KubeError) {
        do {
            _ = try await endpoint.write(object.key, dryRun: false) { current throws(KubeError) in
                guard let current, current.uid == object.uid else { throw .notFound(endpoint.resource, object.key.name) }
                var metadata = Metadata(stored: current.json)
                change(&metadata)
                var json = current.json
                json["metadata"] = .object(metadata.members)
                if current.isDeleting, metadata.finalizers.isEmpty { return .remove(json) }
                return json == current.json ? .unchanged(current) : .put(json)
            }
        } catch  where error.code == .notFound { return }
    }
}

extension Metadata {
    fileprivate mutating func keepOwners(_ isKept: (String) -> Bool) {
        let kept = (members["ownerReferences"]?.array ?? []).filter { isKept($0["uid"]?.string ?? "") }
        members["ownerReferences"] = nil
        members.setUnlessEmpty("ownerReferences", kept)
    }
}

extension DeletionOptions {
    init(uid: String, propagation: PropagationPolicy) {
        isDryRun = false
        self.uid = uid
        self.propagation = propagation
    }
}

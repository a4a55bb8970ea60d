import Kube

/// Brings one mirror where it should be.
struct Mirroring: Sendable {
    let client: Client
    let mirrors: Store<ConfigMirror>
    let configMaps: Store<ConfigMap>
    let namespaces: Store<Namespace>
    let events: EventRecorder

    private let finalizer = Finalizer("example.com/config-mirror")
    private let copying = ServerSideApply(as: "config-mirror")
    private let written = WriteTracker<ObjectKey>()
}

extension Mirroring {
    func reconcile(_ key: ObjectKey) async throws -> Next {
        // Has the cache seen what we wrote last? If not, we would decide on the past.
        if let delay = written.delay(key, seen: configMaps.resourceVersion) { return .after(delay) }
        guard let mirror = mirrors.get(key) else {
            written.forget(key)
            return .awaitChange
        }
        if mirror.isBeingDeleted {
            for copy in configMaps.objects(.mirror, key.description) { try await Api(client).deleteIfPresent(copy) }
            try await finalizer.remove(from: mirror, Api(client))
            return .awaitChange
        }
        guard finalizer.isPresent(on: mirror) else {
            // Before the first copy is made; the change brings us back.
            try await finalizer.add(to: mirror, Api(client))
            return .awaitChange
        }
        try await copy(mirror)
        return .awaitChange
    }
}

extension Mirroring {
    private func copy(_ mirror: ConfigMirror) async throws {
        let name = mirror.spec.source
        let copies = configMaps.objects(.mirror, mirror.key.description)
        guard let source = configMaps.get(ObjectKey(namespace: mirror.metadata.namespace, name: name)) else {
            let message = "there is no config map \(name) beside the mirror; its copies are kept"
            return try await report(mirror, copies: copies.count, .isFalse, "SourceMissing", message)
        }
        let plan = Plan(
            mirror, source: source, namespaces: namespaces.all(), copies: copies,
            occupant: { configMaps.get(ObjectKey(namespace: $0, name: name)) })
        // One namespace that refuses its copy, by a quota perhaps, must not keep the others from theirs.
        var refusals: [(namespace: String, error: any Error)] = []
        for namespace in plan.stale {
            do { try await write(source, to: namespace, for: mirror) } catch {
                try Task.checkCancellation()
                refusals.append((namespace, error))
            }
        }
        for copy in plan.unwanted { try await Api(client).deleteIfPresent(copy) }

        let (present, written) = (plan.places.count - refusals.count, plan.stale.count - refusals.count)
        if written > 0 {
            events.record(
                .normal, reason: "Copied", action: "Copy", note: "copied \(name) to \(written) namespaces",
                regarding: ObjectReference(to: mirror))
        }
        if let (namespace, error) = refusals.first {
            try await report(mirror, copies: present, .isFalse, "Refused", "\(namespace): \(error)")
            throw error  // tried again, later and later
        }
        if !plan.taken.isEmpty {
            let message = "another config map \(name) is in the way in \(plan.taken.joined(separator: ", ")); rename or delete it"
            return try await report(mirror, copies: present, .isFalse, "NameTaken", message)
        }
        try await report(mirror, copies: present, .isTrue, "Copied", "every namespace that matches has its copy")
    }

    private func write(_ source: ConfigMap, to namespace: String, for mirror: ConfigMirror) async throws {
        let api = Api<ConfigMap>(client, namespace: namespace)
        let body: JSON = [
            "metadata": ["annotations": [ConfigMap.mirrorAnnotation: mirror.key.description].json], "data": source.data.json,
        ]
        // What is ours we take back from whoever changed it. A config map that appeared meanwhile is not ours: then this is a conflict.
        let isOurs = configMaps.get(ObjectKey(namespace: namespace, name: source.metadata.name)) != nil
        let copy = try await copying.apply(body, to: source.metadata.name, api, conflicts: isOurs ? .takeOver : .refuse)
        written.wrote(mirror.key, resourceVersion: copy.metadata.resourceVersion)
    }
}

extension Mirroring {
    /// Writes the status if it differs, and tells of a change of mind.
    private func report(
        _ mirror: ConfigMirror, copies: Int, _ ready: Condition.Status, _ reason: String, _ message: String
    ) async throws {
        var status = ConfigMirror.Status(copies: copies, conditions: mirror.status.conditions)
        status.conditions.set(
            Condition(
                type: "Ready", status: ready, reason: reason, message: message, observedGeneration: mirror.metadata.generation,
                lastTransitionTime: .now()))
        let statuses = StatusWriter<ConfigMirror>(Api(client), manager: copying.manager)
        try await statuses.write(status, observed: mirror.status, of: mirror)
        if ready == .isFalse, mirror.status.conditions["Ready"]?.reason != reason {
            events.record(.warning, reason: reason, action: "Copy", note: message, regarding: ObjectReference(to: mirror))
        }
    }
}

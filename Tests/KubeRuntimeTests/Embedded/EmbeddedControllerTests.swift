import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import ServiceLifecycle
import Testing

/// A whole controller against the embedded server: it keeps a copy of each config map that asks for one.
@Suite struct EmbeddedControllerTests {
    private struct Copier: Sendable {
        let api: Api<ConfigMap>
        let store: Store<ConfigMap>
        let events: EventRecorder
        let finalizer = Finalizer("test.graft.dev/copier")
        let written = WriteTracker<ObjectKey>()
        let cleaned: Recorder<String>

        func reconcile(_ key: ObjectKey) async throws -> Next {
            if let delay = written.delay(key, seen: store.resourceVersion) { return .after(delay) }
            guard let original = store.get(key), original.metadata.labels["copy"] == "yes" else { return .awaitChange }
            if original.metadata.deletionTimestamp != nil {
                if finalizer.isPresent(on: original) { cleaned.add(key.name) }
                try await finalizer.remove(from: original, api)
                return .awaitChange
            }
            guard finalizer.isPresent(on: original) else {
                try await finalizer.add(to: original, api)
                return .awaitChange
            }
            if original.data["value"] == "poison" { throw TerminalError(reason: "Poisoned", message: "it can't be copied") }
            let copy = store.get(ObjectKey(namespace: key.namespace, name: "\(key.name)-copy"))
            guard copy?.data != original.data else { return .awaitChange }
            let body: JSON = [
                "metadata": ["ownerReferences": [OwnerReference(controlledBy: original)!.json]], "data": original.data.json,
            ]
            let new = try await api.scoped(to: key.namespace).apply("\(key.name)-copy", body, manager: "copier")
            written.wrote(key, resourceVersion: new.metadata.resourceVersion)
            events.record(.normal, reason: "Copied", action: "Copy", note: "made a copy", regarding: ObjectReference(to: original))
            return .awaitChange
        }
    }

    private func makeCopier(_ client: Client, _ store: Store<ConfigMap>, _ events: EventRecorder, _ cleaned: Recorder<String>)
        -> Controller<ObjectKey>
    {
        let copier = Copier(api: Api(client), store: store, events: events, cleaned: cleaned)
        return Controller(
            "copier",
            triggers: [
                .changes(of: store) { change in
                    // A copy's owner, or the object itself.
                    let owner = change.object.metadata.ownerReferences.first?.name
                    return [ObjectKey(namespace: change.key.namespace, name: owner ?? change.key.name)]
                }
            ], backoff: Backoff(base: .milliseconds(5), cap: .seconds(1)), logger: silent
        ) { try await copier.reconcile($0) }
    }

    private func original(_ name: String, _ value: String) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: name, labels: ["copy": "yes"]), data: ["value": value])
    }

    @Test func `It copies what is there and what comes, mends what others break, and cleans up`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let reflector = Reflector<ConfigMap>(Api(cluster.client), logger: silent)
            let events = EventRecorder(client: cluster.client, controller: "graft.dev/copier", instance: "test", logger: silent)
            let cleaned = Recorder<String>()
            let controller = makeCopier(cluster.client, reflector.store, events, cleaned)
            try await api.create(original("first", "1"))

            try await running([{ try await Concurrently([reflector, events, controller]).run() }]) {
                try await eventually("a copy of what was there") { try await api.getIfPresent("first-copy")?.data == ["value": "1"] }
                for number in 0..<20 { try await api.create(original("many-\(number)", "\(number)")) }
                try await eventually("copies of what came") {
                    try await api.list().items.filter { $0.metadata.name.hasSuffix("-copy") }.count == 21
                }
                try await api.mergePatch("first", ["data": ["value": "2"]] as JSON)
                try await eventually("the change") { try await api.get("first-copy").data == ["value": "2"] }
                try await api.mergePatch("first-copy", ["data": ["value": "tampered"]] as JSON)
                try await eventually("mended") { try await api.get("first-copy").data == ["value": "2"] }
                try await api.delete("first-copy")
                try await eventually("made again") { try await api.getIfPresent("first-copy")?.data == ["value": "2"] }

                try await api.delete("first")
                try await eventually("all gone") {
                    let (left, copy) = (try await api.getIfPresent("first"), try await api.getIfPresent("first-copy"))
                    return left == nil && copy == nil
                }
                // Perhaps twice: the second time with a store that does not know of the first.
                #expect(Set(cleaned.all) == ["first"])

                let told = Api<Event>(cluster.client, namespace: "default")
                try await eventually("events") {
                    let copied = try await told.list().items.filter {
                        $0.reason == "Copied" && $0.reportingController == "graft.dev/copier"
                    }
                    return Set(copied.map(\.regarding.name)).isSuperset(of: ["first", "many-7"])
                }

                // What can't be done is left until it changes.
                try await api.mergePatch("many-1", ["data": ["value": "poison"]] as JSON)
                try await api.mergePatch("many-2", ["data": ["value": "fine"]] as JSON)
                try await eventually("the others go on") { try await api.get("many-2-copy").data == ["value": "fine"] }
                #expect(try await api.get("many-1-copy").data == ["value": "1"])
                try await api.mergePatch("many-1", ["data": ["value": "cured"]] as JSON)
                try await eventually("cured") { try await api.get("many-1-copy").data == ["value": "cured"] }
            }
        }
    }

    @Test func `It goes on after the server was away`() async throws {
        try await withTemporaryFile { path in
            let transport = RestartingServer()
            let client = try transport.client()
            let api = Api<ConfigMap>(client, namespace: "default")
            let reflector = Reflector<ConfigMap>(Api(client), logger: silent)
            let events = EventRecorder(client: client, controller: "graft.dev/copier", instance: "test", logger: silent)
            let controller = makeCopier(client, reflector.store, events, Recorder())
            try await running([{ try await Concurrently([reflector, events, controller]).run() }]) {
                for round in 0..<3 {
                    try await transport.withServer(path) { server in
                        transport.use(server)
                        try await api.create(original("x\(round)", "\(round)"))
                        try await eventually("the copy of round \(round)") {
                            try await api.getIfPresent("x\(round)-copy")?.data == ["value": "\(round)"]
                        }
                    }
                }
            }
        }
    }
}

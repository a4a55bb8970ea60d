import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Testing

/// Finalizers, server-side apply, owners, conditions and status, against the embedded API server.
@Suite struct EmbeddedWritesTests {
    private let finalizer = Finalizer("graft.dev/held")

    // MARK: Finalizers

    @Test func `Given a finalizer, when the object is deleted, then it stays until the finalizer goes`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let created = try await api.create(ConfigMap(metadata: ObjectMeta(name: "x", finalizers: ["other.dev/held"])))
            let held = try await finalizer.add(to: created, api)
            #expect(held.metadata.finalizers == ["other.dev/held", "graft.dev/held"])
            guard case .pending(let pending) = try await api.delete("x") else { return #expect(Bool(false), "wanted it to stay") }
            #expect(pending.metadata.deletionTimestamp != nil)

            let left = try #require(try await finalizer.remove(from: pending, api))
            #expect(left.metadata.finalizers == ["other.dev/held"], "another's finalizer is not ours to take")
            #expect(try await Finalizer("other.dev/held").remove(from: left, api) != nil)
            #expect(try await api.getIfPresent("x") == nil)
            #expect(try await finalizer.remove(from: pending, api) == nil, "it is gone already")
        }
    }

    @Test func `Given an object that has changed, when a finalizer is added or removed, then nobody's finalizer is lost`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let seen = try await api.create(ConfigMap(metadata: ObjectMeta(name: "x")))
            let changed = try await Finalizer("other.dev/held").add(to: seen, api)
            await #expect(performing: { try await finalizer.add(to: seen, api) }, throws: isConflict)
            let both = try await finalizer.add(to: changed, api)
            await #expect(performing: { try await Finalizer("other.dev/held").remove(from: changed, api) }, throws: isConflict)
            #expect(try await api.get("x").metadata.finalizers == both.metadata.finalizers)
        }
    }

    // MARK: Server-side apply

    @Test func `A conflict names the fields, and the manager who owns each`() async throws {
        try await withEmbeddedCluster { cluster in
            try await cluster.apply(definition: Widget.customResource)
            let api = Api<Widget>(cluster.client, namespace: "default")
            let spec: JSON = ["spec": ["replicas": 1, "ports": [["name": "http", "port": 80]]]]
            try await ServerSideApply(as: "first").apply(spec, to: "x", api)
            try await api.mergePatch("x", ["spec": ["mode": "fast"]] as JSON, options: WriteOptions(manager: "editor"))
            try await ServerSideApply(as: "reporter").applyStatus(["status": ["observedGeneration": 1]], of: "x", api)

            let wanted: JSON = ["spec": ["replicas": 2, "mode": "slow", "ports": [["name": "http", "port": 81]]]]
            let error = await #expect(throws: KubeError.self) {
                try await ServerSideApply(as: "second").apply(wanted, to: "x", api, conflicts: .refuse)
            }
            #expect(error?.code == .conflict)
            let conflicts = Set(error?.fieldConflicts.map { "\($0.manager) \($0.field)" } ?? [])
            #expect(conflicts == ["first .spec.replicas", "first .spec.ports[name=\"http\"].port", "editor .spec.mode"])
            #expect(error?.fieldConflicts.first { $0.manager == "editor" }?.apiVersion == "test.dev/v1")
            for said in ["first", "editor", ".spec.replicas", ".spec.mode"] { #expect(error?.message.contains(said) == true) }
            #expect(try await api.get("x").replicas == 1, "nothing was changed")

            let taken = try await ServerSideApply(as: "second").apply(wanted, to: "x", api)
            #expect(taken.replicas == 2)
            let status = await #expect(throws: KubeError.self) {
                try await api.applyStatus("x", ["status": ["observedGeneration": 9]] as JSON, manager: "second", force: false)
            }
            #expect(
                status?.fieldConflicts == [FieldConflict(field: ".status.observedGeneration", manager: "reporter", subresource: "status")])
        }
    }

    @Test func `What a manager no longer says goes, and what it releases goes unless another owns it`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let (ours, theirs) = (ServerSideApply(as: "ours"), ServerSideApply(as: "theirs"))
            try await ours.apply(["data": ["a": "1", "b": "2", "c": "3"]] as JSON, to: "x", api)
            try await theirs.apply(["data": ["c": "3"]] as JSON, to: "x", api)
            let less = try await ours.apply(["data": ["a": "1", "c": "3"]] as JSON, to: "x", api)
            #expect(less.data == ["a": "1", "c": "3"])
            #expect(try await ours.release(less, Api<ConfigMap>(cluster.client))?.data == ["c": "3"])
            try await api.delete("x")
            #expect(try await ours.release(less, api) == nil)
            #expect(try await api.getIfPresent("x") == nil, "what is gone is not created anew")
        }
    }

    @Test func `An apply that changes nothing makes no new version`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let first = try await ServerSideApply(as: "ours").apply(["data": ["a": "1"]] as JSON, to: "x", api)
            let second = try await ServerSideApply(as: "ours").apply(["data": ["a": "1"]] as JSON, to: "x", api)
            #expect(first.metadata.resourceVersion == second.metadata.resourceVersion)
        }
    }

    // MARK: Owners

    @Test func `Given an owner, when it goes, then what it manages goes, and what another keeps stays`() async throws {
        try await withEmbeddedCluster { cluster in
            try await cluster.apply(definition: Widget.customResource)
            let widgets = Api<Widget>(cluster.client, namespace: "default")
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let owner = try await widgets.create(["metadata": ["name": "owner"]] as JSON)
            let other = try await widgets.create(["metadata": ["name": "other"]] as JSON)
            var managed = ObjectMeta(name: "managed", namespace: "default")
            try managed.setController(owner)
            var shared = ObjectMeta(name: "shared", namespace: "default")
            try shared.setController(owner)
            try shared.addOwner(other)
            for metadata in [managed, shared] {
                #expect(try await api.create(ConfigMap(metadata: metadata)).metadata.isControlled(by: owner))
            }
            try await widgets.delete("owner")
            _ = try await eventually("what it managed is gone") { try await api.getIfPresent("managed") == nil ? true : nil }
            let left = try await eventually("what another keeps has one owner") {
                let found = try await api.get("shared")
                return found.metadata.ownerReferences.count == 1 ? found : nil
            }
            #expect(left.metadata.ownerReferences.map(\.uid) == [other.metadata.uid])
        }
    }

    // MARK: Status

    @Test func `A status is written when it differs, whole, and never to another object of the name`() async throws {
        try await withEmbeddedCluster { cluster in
            try await cluster.apply(definition: Widget.customResource)
            let api = Api<Widget>(cluster.client)
            let here = api.scoped(to: "default")
            let writer = StatusWriter(api, manager: "ours")
            let created = try await here.create(["metadata": ["name": "x"], "spec": ["replicas": 1]] as JSON)
            var status = Widget.Status()
            status.observedGeneration = created.metadata.generation
            status.conditions.set(
                Condition(
                    type: "Ready", status: .isFalse, reason: "Starting", message: "It starts.",
                    observedGeneration: created.metadata.generation, lastTransitionTime: Timestamp(seconds: 1_767_225_600)))
            let written = try #require(try await writer.write(status, observed: created.status, of: created))
            #expect(written.status == status)
            #expect(written.metadata.generation == created.metadata.generation, "a status makes no generation")

            #expect(try await writer.write(status, observed: written.status, of: written) == nil, "nothing to write")
            #expect(try await here.get("x").metadata.resourceVersion == written.metadata.resourceVersion)

            // The same status again at another time: nothing moves. Another status: the time moves.
            var again = written.status ?? Widget.Status()
            var condition = try #require(again.conditions["Ready"])
            condition.lastTransitionTime = Timestamp(seconds: 1_767_225_700)
            let outcome1 = again.conditions.set(condition)
            #expect(!outcome1)
            #expect(again == written.status)
            condition.status = .isTrue
            condition.reason = "Running"
            let outcome2 = again.conditions.set(condition)
            #expect(outcome2)
            let ready = try #require(try await writer.write(again, observed: written.status, of: written))
            #expect(ready.status?.conditions["Ready"]?.lastTransitionTime == Timestamp(seconds: 1_767_225_700))
            #expect(ready.status?.conditions.isTrue("Ready", of: ready.metadata.generation) == true)

            // What we no longer say goes.
            let bare = try #require(try await writer.write(Widget.Status(), observed: ready.status, of: ready))
            #expect(bare.status?.conditions.isEmpty ?? true)

            try await here.delete("x")
            #expect(try await writer.write(status, observed: nil, of: bare) == nil, "it is gone")
            let namesake = try await here.create(["metadata": ["name": "x"]] as JSON)
            #expect(try await writer.write(status, observed: nil, of: bare) == nil)
            #expect(try await here.get("x").status == namesake.status, "another object has the name by now")
        }
    }
}

private func isConflict(_ error: any Error) -> Bool { (error as? KubeError)?.code == .conflict }

extension ServerSideApply {
    fileprivate func applyStatus(_ body: JSON, of name: String, _ api: Api<Widget>) async throws {
        try await api.applyStatus(name, body, manager: manager)
    }
}

/// A custom resource with a status.
private struct Widget: Resource, Equatable {
    struct Status: JSONConvertible, Equatable {
        var observedGeneration: Int64?
        var conditions: [Condition] = []

        init() {}

        init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
            let reader = try JSONReader(json, at: path)
            observedGeneration = try reader.optional("observedGeneration")
            conditions = try reader.optional("conditions", default: [])
        }

        var json: JSON {
            var object = JSONObject()
            object.set("observedGeneration", observedGeneration)
            object.setUnlessEmpty("conditions", conditions)
            return .object(object)
        }
    }

    static let definition = ResourceDefinition(group: "test.dev", version: "v1", kind: "Widget", plural: "widgets", scope: .namespaced)

    var metadata: ObjectMeta
    var replicas: Int64?
    var status: Status?

    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        metadata = try reader.required("metadata")
        replicas = json["spec"]?["replicas"]?.integer
        status = try reader.optional("status")
    }

    var json: JSON { ["metadata": metadata.json] }

    static var customResource: JSON {
        let condition: JSON = [
            "type": "object",
            "properties": [
                "type": ["type": "string"], "status": ["type": "string"], "reason": ["type": "string"], "message": ["type": "string"],
                "observedGeneration": ["type": "integer"], "lastTransitionTime": ["type": "string", "format": "date-time"],
            ], "required": ["type"],
        ]
        let port: JSON = [
            "type": "object", "properties": ["name": ["type": "string"], "port": ["type": "integer"]], "required": ["name"],
        ]
        let schema: JSON = [
            "type": "object",
            "properties": [
                "spec": [
                    "type": "object",
                    "properties": [
                        "replicas": ["type": "integer"], "mode": ["type": "string"],
                        "ports": [
                            "type": "array", "items": port, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        ],
                    ],
                ],
                "status": [
                    "type": "object",
                    "properties": [
                        "observedGeneration": ["type": "integer"],
                        "conditions": [
                            "type": "array", "items": condition, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
                        ],
                    ],
                ],
            ],
        ]
        return [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": ["name": "widgets.test.dev"],
            "spec": [
                "group": "test.dev", "scope": "Namespaced",
                "names": ["kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                        "schema": ["openAPIV3Schema": schema],
                    ]
                ],
            ],
        ]
    }
}

import Harness
import JSON
import Testing

@Suite("What a deletion takes along", .serialized)
struct CollectionTests {
    /// A widget that belongs to another one.
    private func dependent(_ name: String, of owner: API.Answer, blocks: Bool = false) -> JSON {
        var body = Widget.named(name)
        body.set(
            "metadata", "ownerReferences",
            [
                [
                    "apiVersion": "test.graft.dev/v1", "kind": "Widget", "name": .string(owner.name),
                    "uid": owner.json["metadata"]?["uid"] ?? "", "blockOwnerDeletion": .bool(blocks),
                ]
            ])
        return body
    }

    private func isGone(_ name: String, _ api: API) async throws -> Bool { try await api.get(api.widgets + "/\(name)").status == 404 }

    @Test("Dependents go after their owner", arguments: Way.embedded)
    func background(way: Way) async throws {
        try await way.run { api async throws in
            let owner = try await api.create(api.widgets, Widget.named("owner"))
            let child = try await api.create(api.widgets, dependent("child", of: owner))
            _ = try await api.create(api.widgets, dependent("grandchild", of: child))
            _ = try await api.create(api.widgets, Widget.named("bystander"))
            _ = try await api.delete(api.widgets + "/owner")
            try await eventually("the dependents go") {
                let childIsGone = try await isGone("child", api)
                return try await isGone("grandchild", api) && childIsGone
            }
            #expect(try await !isGone("bystander", api))
        }
    }

    @Test("An object whose owner was never there goes", arguments: Way.embedded)
    func absentOwner(way: Way) async throws {
        try await way.run { api async throws in
            var body = Widget.named("child")
            body.set(
                "metadata", "ownerReferences",
                [["apiVersion": "test.graft.dev/v1", "kind": "Widget", "name": "x", "uid": "5d1c0f2a-9b7e-4c33-8f00-000000000000"]])
            _ = try await api.create(api.widgets, body)
            try await eventually("the orphan goes") { try await isGone("child", api) }
        }
    }

    @Test("A cluster-scoped owner owns in every namespace", arguments: Way.embedded)
    func clusterScopedOwner(way: Way) async throws {
        try await way.run { api async throws in
            let node = try await api.create("/api/v1/nodes", ["metadata": ["name": "node-1"]])
            var body = Widget.named("child")
            body.set(
                "metadata", "ownerReferences",
                [["apiVersion": "v1", "kind": "Node", "name": "node-1", "uid": node.json["metadata"]?["uid"] ?? ""]])
            _ = try await api.create(api.widgets, body)
            #expect(try await api.merge(api.widgets + "/child", ["spec": ["size": 2]]).status == 200)
            _ = try await api.delete("/api/v1/nodes/node-1")
            try await eventually("the dependent goes") { try await isGone("child", api) }
        }
    }

    @Test("In the foreground the owner goes last", arguments: Way.embedded)
    func foreground(way: Way) async throws {
        try await way.run { api async throws in
            let owner = try await api.create(api.widgets, Widget.named("owner"))
            var body = dependent("child", of: owner, blocks: true)
            body.set("metadata", "finalizers", ["graft.dev/hold"])
            _ = try await api.create(api.widgets, body)
            let deleted = try await api.delete(api.widgets + "/owner?propagationPolicy=Foreground")
            #expect(deleted.json["metadata"]?["finalizers"] == ["foregroundDeletion"])
            try await eventually("the child is being deleted") {
                try await api.get(api.widgets + "/child").json["metadata"]?["deletionTimestamp"] != nil
            }
            #expect(try await !isGone("owner", api))
            _ = try await api.merge(api.widgets + "/child", ["metadata": ["finalizers": nil]])
            try await eventually("the owner goes") { try await isGone("owner", api) }
        }
    }

    @Test("Orphans stay", arguments: Way.embedded)
    func orphan(way: Way) async throws {
        try await way.run { api async throws in
            let owner = try await api.create(api.widgets, Widget.named("owner"))
            _ = try await api.create(api.widgets, dependent("child", of: owner))
            _ = try await api.delete(api.widgets + "/owner", ["propagationPolicy": "Orphan"])
            try await eventually("the owner goes") { try await isGone("owner", api) }
            let child = try await api.get(api.widgets + "/child")
            #expect(child.status == 200)
            #expect(child.json["metadata"]?["ownerReferences"] == nil)
        }
    }

    @Test("A namespace takes its contents along, and takes no more in meanwhile", arguments: Way.embedded)
    func namespace(way: Way) async throws {
        try await way.run { api async throws in
            var held = Widget.named("held")
            held.set("metadata", "finalizers", ["graft.dev/hold"])
            _ = try await api.create(api.widgets, held)
            _ = try await api.create(
                "/api/v1/namespaces/\(api.namespace)/configmaps", ["metadata": ["name": "settings"], "data": ["a": "b"]])
            let deleted = try await api.delete("/api/v1/namespaces/\(api.namespace)")
            #expect(deleted.json["status"]?["phase"] == "Terminating")
            let refused = try await api.create(api.widgets, Widget.named("late"))
            #expect(refused.status == 403)
            #expect(refused.message.contains("because it is being terminated"))
            try await eventually("the contents go") { try await api.get("/api/v1/configmaps").names.isEmpty }
            #expect(try await api.get("/api/v1/namespaces/\(api.namespace)").status == 200)
            _ = try await api.merge(api.widgets + "/held", ["metadata": ["finalizers": nil]])
            try await eventually("the namespace goes") { try await api.get("/api/v1/namespaces/\(api.namespace)").status == 404 }
        }
    }

    @Test("A definition takes its objects along", arguments: Way.embedded)
    func definition(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
            #expect(try await api.delete(path + "/widgets.test.graft.dev").status == 200)
            try await eventually("the definition goes") { try await api.get(path + "/widgets.test.graft.dev").status == 404 }
            #expect(try await api.get(api.widgets).status == 404)
            _ = try await api.create(path, Widget.definition)
            #expect(try await api.get(api.widgets).names == [])
        }
    }
}

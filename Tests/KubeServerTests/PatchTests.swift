import HTTPTypes
import Harness
import JSON
import Testing

@Suite("Patching and applying", .serialized)
struct PatchTests {
    @Test("A JSON patch changes what it names", arguments: Way.allCases)
    func jsonPatch(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            let done = try await api.send(
                .patch, api.widgets + "/a", [["op": "replace", "path": "/spec/size", "value": 8]], type: "application/json-patch+json")
            #expect(done.status == 200)
            #expect(done.json["spec"]?["size"] == 8)
            let failed = try await api.send(
                .patch, api.widgets + "/a", [["op": "test", "path": "/spec/size", "value": 1]], type: "application/json-patch+json")
            #expect(failed.status == 422)
        }
    }

    @Test("Strategic merge patches are for built-in kinds", arguments: Way.allCases)
    func strategicMerge(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            let type = "application/strategic-merge-patch+json"
            #expect(try await api.send(.patch, api.widgets + "/a", [:], type: type).status == 415)
            let path = "/apis/apps/v1/namespaces/\(api.namespace)/deployments"
            let made = try await api.create(
                path,
                [
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"],
                    "spec": [
                        "selector": ["matchLabels": ["app": "d"]],
                        "template": [
                            "metadata": ["labels": ["app": "d"]],
                            "spec": ["containers": [["name": "one", "image": "a"], ["name": "two", "image": "b"]]],
                        ],
                    ],
                ])
            #expect(made.status == 201, "\(made.json.text())")
            let patched = try await api.send(
                .patch, path + "/d", ["spec": ["template": ["spec": ["containers": [["name": "two", "image": "c"]]]]]], type: type)
            func images(_ answer: API.Answer) -> [String] {
                (answer.json["spec"]?["template"]?["spec"]?["containers"]?.array ?? []).compactMap { $0["image"]?.string }
            }
            #expect(images(patched) == ["a", "c"])
            let removed = try await api.send(
                .patch, path + "/d",
                ["spec": ["template": ["spec": ["containers": [["name": "one", "$patch": "delete"]]]]]], type: type)
            #expect(images(removed) == ["c"])
        }
    }

    @Test("A patch can name the version it is based on", arguments: Way.allCases)
    func patchWithVersion(way: Way) async throws {
        try await way.run { api async throws in
            let made = try await api.create(api.widgets, Widget.named("a"))
            let body: JSON = ["metadata": ["resourceVersion": .string(made.version)], "spec": ["size": 4]]
            #expect(try await api.merge(api.widgets + "/a", body).status == 200)
            #expect(try await api.merge(api.widgets + "/a", body).status == 409)
        }
    }

    @Test("Applying makes, changes, and lets go of what is left out", arguments: Way.allCases)
    func apply(way: Way) async throws {
        try await way.run { api async throws in
            let made = try await api.apply(api.widgets + "/a", Widget.named("a", ["class": "edge", "size": 5]))
            #expect(made.status == 201, "\(made.json.text())")
            #expect(made.json["metadata"]?["managedFields"]?[0]?["manager"] == "suite")
            #expect(made.json["metadata"]?["managedFields"]?[0]?["operation"] == "Apply")
            let same = try await api.apply(api.widgets + "/a", Widget.named("a", ["class": "edge", "size": 5]))
            #expect(same.status == 200)
            #expect(same.version == made.version)
            let less = try await api.apply(api.widgets + "/a", Widget.named("a", ["class": "edge"]))
            #expect(less.json["spec"]?["size"] == 3, "the default is back")
        }
    }

    @Test("Another manager's field is a conflict, unless forced", arguments: Way.allCases)
    func conflict(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.apply(api.widgets + "/a", Widget.named("a", ["class": "edge", "size": 5]), manager: "one")
            let refused = try await api.apply(api.widgets + "/a", Widget.named("a", ["class": "edge", "size": 6]), manager: "two")
            #expect(refused.status == 409)
            #expect(refused.reason == "Conflict")
            #expect(refused.json["details"]?["causes"]?[0]?["field"] == ".spec.size")
            let forced = try await api.apply(
                api.widgets + "/a", Widget.named("a", ["class": "edge", "size": 6]), manager: "two", force: true)
            #expect(forced.status == 200)
            #expect(forced.json["spec"]?["size"] == 6)
        }
    }

    @Test("Applying to the status changes the status alone", arguments: Way.allCases)
    func applyStatus(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.apply(api.widgets + "/a", Widget.named("a"))
            var body = Widget.named("a", ["class": "core"])
            body["status"] = ["phase": "Ready"]
            let done = try await api.apply(api.widgets + "/a/status", body, manager: "reporter")
            #expect(done.status == 200, "\(done.json.text())")
            #expect(done.json["status"]?["phase"] == "Ready")
            #expect(done.json["spec"]?["class"] == "edge")
            let managed = done.json["metadata"]?["managedFields"]?.array?.first { $0["manager"] == "reporter" }
            #expect(managed?["subresource"] == "status")
            #expect(managed?["fieldsV1"] == ["f:status": ["f:phase": [:]]])
        }
    }

    @Test("An apply with a uid never makes an object, one with a version alone does", arguments: Way.allCases)
    func applyPreconditions(way: Way) async throws {
        try await way.run { api async throws in
            var body = Widget.named("a")
            body.set("metadata", "uid", "5d1c0f2a-9b7e-4c33-8f00-000000000000")
            #expect(try await api.apply(api.widgets + "/a", body).status == 409)
            body.set("metadata", "uid", nil)
            body.set("metadata", "resourceVersion", "7")
            #expect(try await api.apply(api.widgets + "/a", body).status == 201)
        }
    }

    @Test("Applying needs a field manager", arguments: Way.allCases)
    func applyWithoutManager(way: Way) async throws {
        try await way.run { api async throws in
            let answer = try await api.send(.patch, api.widgets + "/a", Widget.named("a"), type: "application/apply-patch+yaml")
            #expect(answer.status == 422)
            #expect(answer.message.contains("fieldManager: Required value"))
        }
    }
}

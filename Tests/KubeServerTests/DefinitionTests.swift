import HTTPTypes
import Harness
import JSON
import Testing

@Suite("CustomResourceDefinitions", .serialized)
struct DefinitionTests {
    private let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

    @Test("A definition is established at once, and discovered", arguments: Way.allCases)
    func established(way: Way) async throws {
        try await way.run { api async throws in
            let definition = try await api.get(path + "/widgets.test.graft.dev")
            let conditions = definition.json["status"]?["conditions"]?.array ?? []
            #expect(conditions.contains { $0["type"] == "Established" && $0["status"] == "True" })
            #expect(conditions.contains { $0["type"] == "NamesAccepted" && $0["status"] == "True" })
            #expect(definition.json["status"]?["storedVersions"] == ["v1"])
            #expect(definition.json["spec"]?["names"]?["listKind"] == "WidgetList")
            let resources = try await api.get("/apis/test.graft.dev/v1").json["resources"]?.array ?? []
            #expect(resources.map { $0["name"]?.string } == ["widgets", "widgets/status"])
            #expect(resources.first?["shortNames"] == ["wd"])
            #expect(resources.first?["categories"] == ["all"])
            let groups = try await api.get("/apis").json["groups"]?.array ?? []
            #expect(groups.contains { $0["name"] == "test.graft.dev" && $0["preferredVersion"]?["version"] == "v1" })
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout JSON) -> Void
        var field: String
    }

    static let wrong = [
        Wrong(testDescription: "name", change: { $0["metadata"] = ["name": "gadgets.other"] }, field: "metadata.name"),
        Wrong(testDescription: "scope", change: { $0.set("spec", "scope", "Everywhere") }, field: "spec.scope"),
        Wrong(
            testDescription: "no storage version",
            change: { definition in
                var version = definition["spec"]?["versions"]?[0] ?? [:]
                version["storage"] = false
                definition.set("spec", "versions", [version])
            }, field: "spec.versions"),
        Wrong(
            testDescription: "no schema",
            change: { $0.set("spec", "versions", [["name": "v1", "served": true, "storage": true]]) },
            field: "spec.versions[0].schema.openAPIV3Schema"),
        Wrong(
            testDescription: "selectable list",
            change: { definition in
                var version = definition["spec"]?["versions"]?[0] ?? [:]
                version["selectableFields"] = [["jsonPath": ".spec.tags"]]
                definition.set("spec", "versions", [version])
            }, field: "selectableFields[0].jsonPath"),
    ]

    @Test("Wrong definitions are refused, naming the field", arguments: Way.allCases, wrong)
    func refused(way: Way, wrong: Wrong) async throws {
        try await way.run { api async throws in
            var definition = Widget.definition
            definition["metadata"] = ["name": "gadgets.test.graft.dev"]
            definition.set("spec", "names", ["plural": "gadgets", "kind": "Gadget"])
            wrong.change(&definition)
            let answer = try await api.create(path, definition)
            #expect(answer.status == 422, "\(answer.json.text())")
            let fields = (answer.json["details"]?["causes"]?.array ?? []).compactMap { $0["field"]?.string }
            // With a single version the real server names the field as if it stood outside the versions.
            #expect(fields.contains { $0.hasSuffix(wrong.field) }, "\(answer.message)")
        }
    }

    @Test("Names that are taken are not accepted, and nothing is served", arguments: Way.embedded)
    func namesTaken(way: Way) async throws {
        try await way.run { api async throws in
            var definition = Widget.definition
            definition["metadata"] = ["name": "gadgets.test.graft.dev"]
            definition.set("spec", "names", ["plural": "gadgets", "kind": "Widget"])
            let made = try await api.create(path, definition)
            #expect(made.status == 201)
            let conditions = made.json["status"]?["conditions"]?.array ?? []
            #expect(conditions.contains { $0["type"] == "NamesAccepted" && $0["status"] == "False" })
            #expect(try await api.get("/apis/test.graft.dev/v1/gadgets").status == 404)
        }
    }

    @Test("A changed schema holds for the next write", arguments: Way.embedded)
    func changedSchema(way: Way) async throws {
        try await way.run { api async throws in
            let operation: JSON = [
                [
                    "op": "add", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/colour",
                    "value": ["type": "string", "enum": ["red", "green"]],
                ]
            ]
            let changed = try await api.send(
                .patch, path + "/widgets.test.graft.dev", operation, type: "application/json-patch+json")
            #expect(changed.status == 200, "\(changed.json.text())")
            #expect(try await api.create(api.widgets, Widget.named("a", ["class": "x", "colour": "red"])).json["spec"]?["colour"] == "red")
            #expect(try await api.create(api.widgets, Widget.named("b", ["class": "x", "colour": "blue"])).status == 422)
        }
    }
}

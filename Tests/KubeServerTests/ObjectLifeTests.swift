import Harness
import JSON
import Testing

@Suite("An object's life", .serialized)
struct ObjectLifeTests {
    @Test("Created objects get uid, time, generation, version and defaults", arguments: Way.allCases)
    func create(way: Way) async throws {
        try await way.run { api async throws in
            let made = try await api.create(api.widgets, Widget.named("a"))
            #expect(made.status == 201, "\(made.json.text())")
            let metadata = made.json["metadata"]
            #expect(metadata?["uid"]?.string?.utf8.count == 36)
            #expect(metadata?["creationTimestamp"]?.string?.hasSuffix("Z") ?? false)
            #expect(metadata?["generation"] == 1)
            #expect(metadata?["namespace"] == .string(api.namespace))
            #expect(made.json["spec"]?["size"] == 3)
            let read = try await api.get(api.widgets + "/a")
            #expect(read.json == made.json)
        }
    }

    @Test("A name that is taken is refused", arguments: Way.allCases)
    func alreadyExists(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            let again = try await api.create(api.widgets, Widget.named("a"))
            #expect(again.status == 409)
            #expect(again.reason == "AlreadyExists")
            #expect(again.message == "widgets.test.graft.dev \"a\" already exists")
        }
    }

    @Test("generateName makes a name", arguments: Way.allCases)
    func generateName(way: Way) async throws {
        try await way.run { api async throws in
            var body = Widget.named("x")
            body["metadata"] = ["generateName": "part-"]
            let made = try await api.create(api.widgets, body)
            #expect(made.status == 201)
            #expect(made.name.hasPrefix("part-") && made.name.utf8.count == 10)
        }
    }

    @Test("What is not there is not found, by name", arguments: Way.allCases)
    func notFound(way: Way) async throws {
        try await way.run { api async throws in
            let answer = try await api.get(api.widgets + "/none")
            #expect(answer.status == 404)
            #expect(answer.message == "widgets.test.graft.dev \"none\" not found")
            #expect(answer.json["details"]?["kind"] == "widgets")
        }
    }

    @Test("Objects need a namespace that is there", arguments: Way.allCases)
    func missingNamespace(way: Way) async throws {
        try await way.run { api async throws in
            let answer = try await api.create("/apis/test.graft.dev/v1/namespaces/nowhere/widgets", Widget.named("a"))
            #expect(answer.status == 404)
            #expect(answer.message == "namespaces \"nowhere\" not found")
        }
    }

    @Test("An update needs the version it is based on", arguments: Way.allCases)
    func optimisticLock(way: Way) async throws {
        try await way.run { api async throws in
            let first = try await api.create(api.widgets, Widget.named("a"))
            var body = first.json
            body.set("spec", "size", 5)
            let second = try await api.put(api.widgets + "/a", body)
            #expect(second.status == 200)
            #expect(second.json["metadata"]?["generation"] == 2)
            #expect(second.version != first.version)
            let stale = try await api.put(api.widgets + "/a", body)
            #expect(stale.status == 409)
            #expect(stale.reason == "Conflict")
            #expect(
                stale.message
                    == "Operation cannot be fulfilled on widgets.test.graft.dev \"a\": the object has been modified; please apply your "
                    + "changes to the latest version and try again")
            body.set("metadata", "resourceVersion", nil)
            let blind = try await api.put(api.widgets + "/a", body)
            #expect(blind.status == 422)
            #expect(blind.message.contains("metadata.resourceVersion: Invalid value: 0"))
        }
    }

    @Test("A write that changes nothing leaves the version", arguments: Way.allCases)
    func noOperation(way: Way) async throws {
        try await way.run { api async throws in
            let first = try await api.create(api.widgets, Widget.named("a"))
            let same = try await api.merge(api.widgets + "/a", ["spec": ["class": "edge"]])
            #expect(same.status == 200)
            #expect(same.version == first.version)
        }
    }

    @Test("Status is written through its subresource, and only there", arguments: Way.allCases)
    func status(way: Way) async throws {
        try await way.run { api async throws in
            var body = Widget.named("a")
            body["status"] = ["phase": "Made up"]
            let made = try await api.create(api.widgets, body)
            #expect(made.json["status"] == nil)
            let reported = try await api.merge(api.widgets + "/a/status", ["status": ["phase": "Ready"], "spec": ["size": 9]])
            #expect(reported.status == 200)
            #expect(reported.json["status"]?["phase"] == "Ready")
            #expect(reported.json["spec"]?["size"] == 3)
            #expect(reported.json["metadata"]?["generation"] == 1)
            let edited = try await api.merge(api.widgets + "/a", ["status": ["phase": "Gone"], "spec": ["size": 9]])
            #expect(edited.json["status"]?["phase"] == "Ready")
            #expect(edited.json["metadata"]?["generation"] == 2)
        }
    }

    @Test("A dry run answers and writes nothing", arguments: Way.allCases)
    func dryRun(way: Way) async throws {
        try await way.run { api async throws in
            let answer = try await api.create(api.widgets + "?dryRun=All", Widget.named("a"))
            #expect(answer.status == 201)
            #expect(try await api.get(api.widgets + "/a").status == 404)
            _ = try await api.create(api.widgets, Widget.named("a"))
            #expect(try await api.delete(api.widgets + "/a?dryRun=All").status == 200)
            #expect(try await api.get(api.widgets + "/a").status == 200)
        }
    }

    @Test("Finalizers hold a deleted object until the last one goes", arguments: Way.allCases)
    func finalizers(way: Way) async throws {
        try await way.run { api async throws in
            var body = Widget.named("a")
            body.set("metadata", "finalizers", ["graft.dev/one", "graft.dev/two"])
            _ = try await api.create(api.widgets, body)
            let deleted = try await api.delete(api.widgets + "/a")
            #expect(deleted.status == 200)
            #expect(deleted.json["kind"] == "Widget")
            #expect(deleted.json["metadata"]?["deletionTimestamp"] != nil)
            #expect(deleted.json["metadata"]?["generation"] == 2)
            let added = try await api.merge(
                api.widgets + "/a", ["metadata": ["finalizers": ["graft.dev/one", "graft.dev/two", "graft.dev/late"]]])
            #expect(added.status == 422)
            #expect(added.message.contains("no new finalizers can be added if the object is being deleted"))
            #expect(try await api.merge(api.widgets + "/a", ["metadata": ["finalizers": ["graft.dev/two"]]]).status == 200)
            #expect(try await api.get(api.widgets + "/a").status == 200)
            #expect(try await api.merge(api.widgets + "/a", ["metadata": ["finalizers": []]]).status == 200)
            #expect(try await api.get(api.widgets + "/a").status == 404)
        }
    }

    @Test("A delete can name the object it means", arguments: Way.allCases)
    func preconditions(way: Way) async throws {
        try await way.run { api async throws in
            let made = try await api.create(api.widgets, Widget.named("a"))
            let other = try await api.delete(api.widgets + "/a", ["preconditions": ["uid": "another"]])
            #expect(other.status == 409)
            let gone = try await api.delete(
                api.widgets + "/a", ["preconditions": ["uid": made.json["metadata"]?["uid"] ?? ""]])
            #expect(gone.status == 200)
            #expect(gone.json["kind"] == "Status")
            #expect(gone.json["status"] == "Success")
        }
    }
}

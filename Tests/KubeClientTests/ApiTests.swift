import HTTPTypes
import JSON
import KubeClient
import KubeCore
import Testing

@Suite struct ApiTests {
    private func config(_ name: String, _ more: JSONObject = [:]) -> JSON {
        var object: JSONObject = ["metadata": ["name": .string(name), "namespace": "a"]]
        for (key, value) in more { object[key] = value }
        return .object(object)
    }

    private func page(_ names: [String], version: String, next: String? = nil) -> ScriptedTransport.Answer {
        var metadata: JSONObject = ["resourceVersion": .string(version)]
        metadata.set("continue", next)
        return .json(["metadata": .object(metadata), "items": .array(names.map { config($0) })])
    }

    private func api(_ transport: ScriptedTransport, _ namespace: String? = "a") throws -> Api<ConfigMap> {
        Api(try client(transport), namespace: namespace)
    }

    // MARK: Reading

    @Test func `One object is read, or nil when there is none`() async throws {
        let transport = ScriptedTransport([.json(config("x")), .failure(404, "NotFound"), .failure(403, "Forbidden"), .json(config("y"))])
        let api = try api(transport)
        #expect(try await api.get("x").metadata.name == "x")
        #expect(try await api.getIfPresent("x") == nil)
        await #expect(throws: KubeError.self) { try await api.getIfPresent("x") }
        _ = try await api.get(ObjectKey(namespace: "b", name: "y"))
        #expect(transport.requests.last?.path == "/api/v1/namespaces/b/configmaps/y")
    }

    @Test func `An answer of another shape is an unexpected answer`() async throws {
        let error = await #expect(throws: KubeError.self) { try await api(ScriptedTransport([.json(["kind": "Other"])])).get("x") }
        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.message.contains("metadata") ?? false)
    }

    @Test func `A list follows its pages`() async throws {
        let transport = ScriptedTransport([
            page(["1", "2"], version: "5", next: "t1"), page(["3"], version: "5", next: "t2"), page(["4"], version: "5"),
        ])
        let list = try await api(transport, nil).list(ListOptions(labels: LabelSelector(matchLabels: ["x": "y"])))
        #expect(list.items.map(\.metadata.name) == ["1", "2", "3", "4"])
        #expect(list.resourceVersion == "5")
        #expect(list.continueToken == nil)
        #expect(
            transport.requests.map(\.path) == [
                "/api/v1/configmaps?labelSelector=x%3Dy&limit=500", "/api/v1/configmaps?labelSelector=x%3Dy&limit=500&continue=t1",
                "/api/v1/configmaps?labelSelector=x%3Dy&limit=500&continue=t2",
            ])
    }

    @Test func `A list whose continue token expires starts anew, once`() async throws {
        let transport = ScriptedTransport([
            page(["1"], version: "5", next: "t1"), .failure(410, "Expired"), page(["7"], version: "9"),
        ])
        let list = try await api(transport).list()
        #expect(list.items.map(\.metadata.name) == ["7"])
        #expect(list.resourceVersion == "9")

        let twice = ScriptedTransport([
            page(["1"], version: "5", next: "t1"), .failure(410, "Expired"), page(["1"], version: "6", next: "t2"),
            .failure(410, "Expired"),
        ])
        let error = await #expect(throws: KubeError.self) { try await api(twice).list() }
        #expect(error?.code == .expired)
    }

    // MARK: Names

    @Test(
        "What would name something else than one object is refused before it is sent",
        arguments: ["", ".", "..", "a/b", "a%2Fb", "a b", "a\n"])
    func names(name: String) async throws {
        let transport = ScriptedTransport([])
        let api = try api(transport)
        await #expect(throws: KubeError.self) { try await api.get(name) }
        await #expect(throws: KubeError.self) { try await api.delete(name) }
        await #expect(throws: KubeError.self) { try await api.apply(name, [:] as JSON, manager: "m") }
        await #expect(throws: KubeError.self) { try await api.replace(name, [:] as JSON) }
        await #expect(throws: KubeError.self) { try await api.mergePatch(name, [:] as JSON) }
        #expect(transport.requests.isEmpty)
    }

    @Test func `One object of a namespaced kind needs a namespace`() async throws {
        let transport = ScriptedTransport([.json(config("x"))])
        let everywhere = try api(transport, nil)
        await #expect(throws: KubeError.self) { try await everywhere.get("x") }
        await #expect(throws: KubeError.self) { try await everywhere.create(["metadata": ["name": "x"]] as JSON) }
        #expect(transport.requests.isEmpty)
        try await everywhere.create(config("x"))
        #expect(transport.requests.last?.path == "/api/v1/namespaces/a/configmaps")
    }

    // MARK: Writing

    @Test func `Bodies are completed, and what they say is kept`() async throws {
        let transport = ScriptedTransport(Array(repeating: .json(config("x")), count: 4))
        let api = try api(transport)
        try await api.create(ConfigMap(metadata: ObjectMeta(name: "x"), data: ["k": "v"]))
        try await api.apply("x", ["data": ["k": "v"]] as JSON, manager: "m", preconditions: Preconditions(uid: "u", resourceVersion: "3"))
        try await api.applyStatus("x", ["metadata": ["name": "x", "namespace": "a"], "status": [:]] as JSON, manager: "m", force: false)
        try await api.replace("x", ["metadata": ["resourceVersion": "3"]] as JSON)
        let common: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "x", "namespace": "a"]]
        var created = common
        created["data"] = ["k": "v"]
        var applied = created
        applied["metadata"] = ["name": "x", "namespace": "a", "uid": "u", "resourceVersion": "3"]
        var status = common
        status["status"] = [:]
        var replaced = common
        replaced["metadata"] = ["resourceVersion": "3", "name": "x", "namespace": "a"]
        #expect(transport.requests.map(\.body) == [created, applied, status, replaced])
        #expect(
            transport.requests.map(\.path) == [
                "/api/v1/namespaces/a/configmaps", "/api/v1/namespaces/a/configmaps/x?fieldManager=m&force=true",
                "/api/v1/namespaces/a/configmaps/x/status?fieldManager=m&force=false", "/api/v1/namespaces/a/configmaps/x",
            ])
        #expect(transport.requests.map(\.head.method) == [.post, .patch, .patch, .put])
    }

    @Test func `Patches are sent as they are`() async throws {
        let transport = ScriptedTransport(Array(repeating: .json(config("x")), count: 3))
        let api = try api(transport)
        try await api.mergePatch("x", ["data": ["k": nil]] as JSON)
        try await api.patchStatus("x", ["status": ["a": 1]] as JSON, preconditions: Preconditions(resourceVersion: "3"))
        try await api.jsonPatch("x", [["op": "remove", "path": "/data"]] as JSON, options: WriteOptions(manager: "m"))
        #expect(
            transport.requests.map(\.body) == [
                ["data": ["k": nil]], ["status": ["a": 1], "metadata": ["resourceVersion": "3"]], [["op": "remove", "path": "/data"]],
            ])
        #expect(
            transport.requests.map { $0.head.headerFields[.contentType] } == [
                "application/merge-patch+json", "application/merge-patch+json", "application/json-patch+json",
            ])
        #expect(transport.requests[1].path == "/api/v1/namespaces/a/configmaps/x/status")
    }

    @Test func `A uid that another object has by now is a conflict, for whoever asked for a uid`() async throws {
        let refusal = ScriptedTransport.Answer.json(
            [
                "kind": "Status", "status": "Failure", "reason": "Invalid", "code": 422, "message": "metadata.uid: field is immutable",
                "details": ["causes": [["reason": "FieldValueInvalid", "message": "field is immutable", "field": "metadata.uid"]]],
            ], status: 422)
        let api = try api(ScriptedTransport([refusal, refusal, refusal]))
        let uid = Preconditions(uid: "u")
        let applied = await #expect(throws: KubeError.self) {
            try await api.apply("x", [:] as JSON, manager: "m", preconditions: uid)
        }
        #expect(applied?.code == .conflict)
        let patched = await #expect(throws: KubeError.self) { try await api.mergePatch("x", [:] as JSON, preconditions: uid) }
        #expect(patched?.code == .conflict)
        let unasked = await #expect(throws: KubeError.self) { try await api.mergePatch("x", ["metadata": ["uid": "u"]] as JSON) }
        #expect(unasked?.code == .invalid)
    }

    @Test func `Deleting tells whether the object is gone`() async throws {
        let pending = config("x", ["metadata": ["name": "x", "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["f"]]])
        let transport = ScriptedTransport([
            .json(["kind": "Status", "status": "Success"]), .json(pending), .json(config("x")), .failure(404, "NotFound"),
            .json(config("x")),
            .failure(409, "Conflict"),
        ])
        let api = try api(transport)
        guard case .gone = try await api.delete("x") else { return #expect(Bool(false), "wanted gone") }
        guard case .pending(let object) = try await api.delete("x") else { return #expect(Bool(false), "wanted pending") }
        #expect(object.metadata.finalizers == ["f"])
        guard case .gone = try await api.delete("x") else { return #expect(Bool(false), "wanted gone") }
        #expect(try await api.deleteIfPresent("x") == false)
        #expect(try await api.deleteIfPresent("x"))
        let error = await #expect(throws: KubeError.self) { try await api.deleteIfPresent("x") }
        #expect(error?.code == .conflict)
    }

    @Test func `A kind known at run time keeps all of its objects`() async throws {
        let json: JSON = ["kind": "Anything", "metadata": ["name": "x", "managedFields": [[:]]], "spec": ["deep": [1]]]
        let transport = ScriptedTransport([.json(json)])
        let definition = ResourceDefinition(group: "g.io", version: "v2", kind: "Anything", plural: "anythings", scope: .cluster)
        let object = try await Api<DynamicObject>(client(transport), definition: definition, namespace: "ignored").get("x")
        #expect(object.json == json)
        #expect(transport.requests.first?.path == "/apis/g.io/v2/anythings/x")
    }
}

import HTTPTypes
import Harness
import JSON
import Testing

@Suite("Built-in kinds", .serialized)
struct BuiltinTests {
    @Test("Both forms of an Event are one object", arguments: Way.allCases)
    func events(way: Way) async throws {
        try await way.run { api async throws in
            let event: JSON = [
                "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "a.1"], "reason": "Moved", "note": "It moved",
                "type": "Normal", "action": "Move", "reportingController": "graft.dev/test", "reportingInstance": "one",
                "eventTime": "2026-01-01T00:00:00.000000Z",
                "regarding": ["kind": "Widget", "name": "a", "namespace": .string(api.namespace), "uid": "u-1"],
            ]
            let made = try await api.create("/apis/events.k8s.io/v1/namespaces/\(api.namespace)/events", event)
            #expect(made.status == 201, "\(made.json.text())")
            #expect(made.json["note"] == "It moved")
            let core = try await api.get(
                "/api/v1/namespaces/\(api.namespace)/events?fieldSelector=involvedObject.name%3Da,involvedObject.uid%3Du-1")
            #expect(core.items.first?["message"] == "It moved")
            #expect(core.items.first?["involvedObject"]?["name"] == "a")
            #expect(core.items.first?["reportingComponent"] == "graft.dev/test")
            #expect(try await api.get("/api/v1/namespaces/\(api.namespace)/events/a.1").json["apiVersion"] == "v1")
            let other = try await api.get("/apis/events.k8s.io/v1/namespaces/\(api.namespace)/events?fieldSelector=regarding.name%3Da")
            #expect(other.items.first?["regarding"]?["name"] == "a")
            #expect(
                try await api.get("/apis/events.k8s.io/v1/namespaces/\(api.namespace)/events/a.1").json["apiVersion"] == "events.k8s.io/v1")
        }
    }

    @Test("Secrets take strings and give base64", arguments: Way.allCases)
    func secrets(way: Way) async throws {
        try await way.run { api async throws in
            let made = try await api.create(
                "/api/v1/namespaces/\(api.namespace)/secrets", ["metadata": ["name": "s"], "stringData": ["key": "hello"]])
            #expect(made.json["data"] == ["key": "aGVsbG8="])
            #expect(made.json["stringData"] == nil)
            #expect(made.json["type"] == "Opaque")
            #expect(made.json["apiVersion"] == "v1")
            #expect(try await api.get("/api/v1/namespaces/\(api.namespace)/secrets?fieldSelector=type%3DOpaque").names == ["s"])
            let wrong = try await api.create(
                "/api/v1/namespaces/\(api.namespace)/secrets", ["metadata": ["name": "t"], "data": ["key": "%%%"]])
            #expect(wrong.status == 400)
        }
    }

    @Test("Leases are made by an update as well", arguments: Way.allCases)
    func leases(way: Way) async throws {
        try await way.run { api async throws in
            let path = "/apis/coordination.k8s.io/v1/namespaces/\(api.namespace)/leases/leader"
            let body: JSON = ["metadata": ["name": "leader"], "spec": ["holderIdentity": "one"]]
            let made = try await api.put(path, body)
            #expect(made.status == 201)
            #expect(made.json["metadata"]?["generation"] == nil)
            #expect(try await api.put(path, made.json).status == 200)
        }
    }

    @Test("Every cluster has its namespaces", arguments: Way.allCases)
    func namespaces(way: Way) async throws {
        try await way.run { api async throws in
            let names = try await api.get("/api/v1/namespaces").names
            #expect(Set(["default", "kube-system", "kube-public", "kube-node-lease", api.namespace]).isSubset(of: names))
            let home = try await api.get("/api/v1/namespaces/default")
            #expect(home.json["metadata"]?["labels"]?["kubernetes.io/metadata.name"] == "default")
            #expect(home.json["status"]?["phase"] == "Active")
        }
    }

    @Test(
        "Discovery names every group", arguments: Way.allCases,
        [
            "/api/v1", "/apis/apps/v1", "/apis/policy/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/coordination.k8s.io/v1",
            "/apis/events.k8s.io/v1", "/apis/apiextensions.k8s.io/v1", "/apis/admissionregistration.k8s.io/v1",
            "/apis/networking.k8s.io/v1", "/apis/scheduling.k8s.io/v1", "/apis/authorization.k8s.io/v1",
        ])
    func discovery(way: Way, path: String) async throws {
        try await way.run { api async throws in
            let answer = try await api.get(path)
            #expect(answer.json["kind"] == "APIResourceList")
            #expect(answer.json["resources"]?.array?.isEmpty == false)
        }
    }

    @Test("Unknown paths are not found, wrong methods not allowed", arguments: Way.allCases)
    func unknown(way: Way) async throws {
        try await way.run { api async throws in
            #expect(try await api.get("/apis/nowhere.dev/v1/things").status == 404)
            #expect(try await api.get("/api/v1/namespaces/\(api.namespace)/widgets").status == 404)
            #expect(try await api.send(.post, "/api/v1/namespaces/default", [:]).status == 405)
            #expect(try await api.get("/healthz").json == "ok")
            #expect(try await api.get("/version").json["major"] == "1")
        }
    }
}

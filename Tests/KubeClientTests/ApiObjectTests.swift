import HTTPTypes
import JSON
import KubeClient
import KubeCore
import Testing

/// Writes to objects that were read.
@Suite struct ApiObjectTests {
    private let object = ConfigMap(metadata: ObjectMeta(name: "x", namespace: "b", uid: "u1", resourceVersion: "7"))

    @Test func `Only the very object is deleted; gone, or another of its name, is no failure`() async throws {
        let transport = ScriptedTransport([
            .json(["kind": "Status", "status": "Success"]), .failure(404, "NotFound"), .failure(409, "Conflict"),
            .failure(403, "Forbidden"),
        ])
        let api = Api<ConfigMap>(try client(transport))
        #expect(try await api.deleteIfPresent(object, propagation: .foreground))
        #expect(try await !api.deleteIfPresent(object))
        #expect(try await !api.deleteIfPresent(object))
        await #expect(throws: KubeError.self) { try await api.deleteIfPresent(object) }
        let request = try #require(transport.requests.first)
        #expect(request.path == "/api/v1/namespaces/b/configmaps/x")
        #expect(request.body?["preconditions"] == ["uid": "u1"])
        #expect(request.body?["propagationPolicy"] == "Foreground")
    }

    @Test func `An object is being deleted once it has a deletion timestamp`() {
        var object = object
        #expect(!object.isBeingDeleted)
        object.metadata.deletionTimestamp = Timestamp(seconds: 1)
        #expect(object.isBeingDeleted)
    }
}

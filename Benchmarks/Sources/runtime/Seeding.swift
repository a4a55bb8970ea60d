import Harness
import JSON
import KubeClient
import KubeCore
import Stations

/// Fills a server with objects.
struct Seeding {
    var client: Client
    var count: Int
    /// Requests at a time.
    var writers = 16

    func run() async throws {
        try await create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Station.customResourceDefinition)
        let stations = Api<DynamicObject>(client, definition: Station.definition)
        try await eventually("the kind is served", every: .milliseconds(100)) {
            (try? await stations.page(ListOptions(limit: 1))) != nil
        }
        var owners: [String] = []
        for index in 0..<min(Station.namespaces, count) {
            let name = JSON.string(Station.namespace(of: index))
            let namespace = try await create(
                "/api/v1/namespaces", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": name]])
            owners.append(namespace["metadata"]?["uid"]?.string ?? "")
        }
        let (client, count, writers, uids) = (client, count, writers, owners)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for index in stride(from: writer, to: count, by: writers) {
                        let api = Api<DynamicObject>(client, definition: Station.definition, namespace: Station.namespace(of: index))
                        try await api.create(Station.body(index, owner: uids[index % uids.count]))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @discardableResult
    private func create(_ path: String, _ body: JSON) async throws -> JSON {
        try await client.send(APIRequest(method: .post, path: path, body: body))
    }
}

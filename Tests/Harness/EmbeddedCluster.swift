package import HTTPCore
package import JSON
package import KubeClient
import KubeCore
package import KubeServer

/// An API server in this process, with a client of it.
package struct EmbeddedCluster: Sendable {
    package let server: KubeServer
    /// May do everything.
    package let client: Client

    package init(server: KubeServer) throws {
        self.server = server
        client = try Self.client(of: server, as: .admin)
    }

    /// A client that acts as somebody.
    package func client(as user: User, userAgent: String = "test") throws -> Client {
        try Self.client(of: server, as: user, userAgent: userAgent)
    }

    /// A client that may do everything, by what `wrap` makes of the way to this server.
    package func client(through wrap: (any Transport) -> any Transport) throws -> Client {
        try Client(transport: wrap(server.inProcessTransport(user: .admin)), server: "https://embedded.invalid", userAgent: "test")
    }

    private static func client(of server: KubeServer, as user: User, userAgent: String = "test") throws -> Client {
        try Client(transport: server.inProcessTransport(user: user), server: "https://embedded.invalid", userAgent: userAgent)
    }
}

/// Runs an API server with all that goes on in its background for as long as `body` runs.
package func withEmbeddedCluster<Result>(
    _ configuration: KubeServer.Configuration = .init(), _ body: (EmbeddedCluster) async throws -> Result
) async throws -> Result {
    let server = try await KubeServer(configuration: configuration)
    let cluster = try EmbeddedCluster(server: server)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        defer { group.cancelAll() }
        return try await body(cluster)
    }
}

extension EmbeddedCluster {
    @discardableResult
    package func createNamespace(_ name: String, labels: [String: String] = [:]) async throws -> JSON {
        try await client.send(
            APIRequest(
                method: .post, path: "/api/v1/namespaces",
                body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name), "labels": labels.json]]))
    }

    /// Creates a CustomResourceDefinition, or replaces it; its kind is served when this returns.
    package func apply(definition: JSON) async throws {
        let name = definition["metadata"]?["name"]?.string ?? ""
        _ = try await client.send(
            APIRequest(
                method: .patch, path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)",
                query: [.init("fieldManager", "harness"), .init("force", "true")], contentType: "application/apply-patch+yaml",
                body: definition))
    }
}

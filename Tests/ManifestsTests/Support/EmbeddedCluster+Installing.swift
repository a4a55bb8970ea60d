import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer

extension EmbeddedCluster {
    /// Applies objects in their order, as their administrator does by `kubectl apply --server-side`.
    func install(_ objects: [JSON]) async throws {
        for object in objects {
            _ = try await client.send(
                APIRequest(
                    method: .patch, path: try await path(of: object),
                    query: [.init("fieldManager", "kubectl"), .init("fieldValidation", "Strict")],
                    contentType: "application/apply-patch+yaml", body: object))
        }
    }

    /// Where an object lies, by what the server says of its kind.
    func path(of object: JSON) async throws -> String {
        let (apiVersion, kind) = (object["apiVersion"]?.string ?? "", object["kind"]?.string ?? "")
        let root = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
        let resources = try await client.send(APIRequest(path: root))["resources"]?.array ?? []
        let found = resources.first { $0["kind"]?.string == kind && $0["name"]?.string?.contains("/") == false }
        guard let plural = found?["name"]?.string, let name = object.name else {
            throw Missing(description: "the server has no \(kind) in \(apiVersion)")
        }
        guard found?["namespaced"]?.bool == true else { return "\(root)/\(plural)/\(name)" }
        guard let namespace = object.namespace else { throw Missing(description: "\(kind) \(name) names no namespace") }
        return "\(root)/namespaces/\(namespace)/\(plural)/\(name)"
    }
}

extension User {
    /// Whom a pod's token names.
    static func serviceAccount(_ namespace: String, _ name: String) -> User {
        User(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
    }

    static let controller = serviceAccount("graft-system", "graft-controller")
    static let agent = serviceAccount("graft-agents", "graft-agent")
}

/// Runs a server that holds to roles, with Graft installed.
/// - Parameter streamingLists: where they are refused, clients need the permissions to list as well as those to watch.
func withInstalledCluster(
    streamingLists: KubeServer.Configuration.StreamingLists = .served, _ body: (EmbeddedCluster) async throws -> Void
) async throws {
    var configuration = KubeServer.Configuration(authorization: .roles)
    configuration.streamingLists = streamingLists
    for number in 1...3 {
        var agent = User.agent
        agent.extra = ["authentication.kubernetes.io/node-name": ["node-\(number)"]]
        configuration.tokens.add(Installation.streamToken(of: "node-\(number)"), of: agent, for: "graft-controller")
    }
    try await withEmbeddedCluster(configuration) { cluster in
        try await cluster.install(Manifests.definitions() + Manifests.devOverlay())
        try await cluster.createNamespace("payments")
        try await body(cluster)
    }
}

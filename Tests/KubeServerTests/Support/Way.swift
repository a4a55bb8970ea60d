import Harness
import JSON
import KubeServer
import Testing

/// How the suite reaches a server.
enum Way: String, Sendable, CustomTestStringConvertible {
    case inProcess
    /// Behind TLS, on a socket.
    case live
    /// Kubernetes' own, where `KUBEBUILDER_ASSETS` names the folder of its programs.
    case real

    static let embedded = [inProcess, live]
    static let allCases = RealCluster.isAvailable ? embedded + [real] : embedded

    var testDescription: String { rawValue }

    /// Runs `body` against a server of its own, which serves widgets and has a namespace for it. There is one real server for all: there
    /// the namespace alone is its own.
    func run(_ body: (API) async throws -> Void) async throws {
        switch self {
        case .inProcess:
            try await Self.runInProcess { api, _ in try await body(api) }
        case .live:
            try await withLiveCluster { cluster, transport in
                let api = API(transport: transport, authority: "127.0.0.1:\(cluster.port)", token: cluster.token)
                try await Self.prepare(api)
                try await body(api)
            }
        case .real:
            try await RealCluster.use { cluster, transport in
                var api = API(transport: transport, authority: "127.0.0.1:\(cluster.port)", token: cluster.token)
                api.namespace = "suite-\(UInt32.random(in: .min ... .max))"
                try await Self.prepare(api)
                try await body(api)
            }
        }
    }

    /// Runs `body` with the server at hand, for what no request can ask of it.
    static func runInProcess(
        _ configuration: KubeServer.Configuration = .init(), _ body: (API, KubeServer) async throws -> Void
    ) async throws {
        try await withEmbeddedCluster(configuration) { cluster in
            let api = API(transport: cluster.server.inProcessTransport())
            try await prepare(api)
            try await body(api, cluster.server)
        }
    }

    static func prepare(_ api: API) async throws {
        let definition = try await api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Widget.definition)
        try #require(definition.status == 201 || definition.reason == "AlreadyExists", "\(definition.json.text())")
        let namespace = try await api.create("/api/v1/namespaces", ["metadata": ["name": .string(api.namespace)]])
        try #require(namespace.status == 201, "\(namespace.json.text())")
        try await eventually("widgets are served") { try await api.get(api.widgets).status == 200 }
    }
}

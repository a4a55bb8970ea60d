import HTTPCore
import Harness
import JSON
import KubeClient
import KubeCore
import YAML

/// A cluster in which the article's controller is installed as its manifests say, and what a test does to it.
struct MirrorWorld: Sendable {
    /// May do everything.
    let admin: Client
    /// Of a file that holds the rights of the controller, where the server knows rights.
    let kubeconfig: String
    /// Of this test alone.
    let directory: String

    var mirrors: Api<DynamicObject> {
        Api(
            admin,
            definition: ResourceDefinition(
                group: "example.com", version: "v1", kind: "ConfigMirror", plural: "configmirrors", scope: .namespaced),
            namespace: "platform")
    }

    func configMaps(_ namespace: String) -> Api<ConfigMap> { Api(admin, namespace: namespace) }

    /// Starts the program.
    func start() throws -> Program {
        try Program(
            Repository.program, [], environment: ["KUBECONFIG": kubeconfig, "HOME": directory, "PATH": "/usr/bin:/bin"], in: directory)
    }

    func createNamespace(_ name: String, labels: [String: String] = [:]) async throws {
        try await Api<Namespace>(admin).create(Namespace(metadata: ObjectMeta(name: name, labels: labels)))
    }

    /// Sets a label of a namespace; nil takes it away.
    func label(_ namespace: String, _ key: String, _ value: String?) async throws {
        try await Api<Namespace>(admin).mergePatch(
            namespace, ["metadata": ["labels": [key: value.map { .string($0) } ?? .null] as JSON]] as JSON)
    }

    /// Whether exactly these namespaces have a copy, and all the same.
    func hasCopies(_ namespaces: [String], _ data: [String: String]) async throws -> Bool {
        let copies = try await Api<ConfigMap>(admin).list().items.filter { $0.metadata.annotations["example.com/config-mirror"] != nil }
        return copies.allSatisfy { $0.data == data } && copies.map { $0.metadata.namespace ?? "" }.sorted() == namespaces.sorted()
    }

    /// Reason, status and message of the mirror's condition.
    func ready(_ name: String) async throws -> Condition? {
        let status = try await mirrors.get(name)["status"]
        return try JSONReader(status ?? [:], at: .root).optional("conditions", default: [Condition]())["Ready"]
    }

    /// Applies every object of one of the example's files.
    static func apply(_ file: String, _ client: Client) async throws {
        for document in try YAML.documents(read("\(Repository.example)/\(file)")) {
            let kind = document["kind"]?.string ?? ""
            let apiVersion = document["apiVersion"]?.string ?? ""
            let parts = apiVersion.split(separator: "/").map(String.init)
            let namespace = document["metadata"]?["namespace"]?.string
            let definition = ResourceDefinition(
                group: parts.count == 2 ? parts[0] : "", version: parts.last ?? "", kind: kind, plural: kind.lowercased() + "s",
                scope: namespace == nil ? .cluster : .namespaced)
            let api = Api<DynamicObject>(client, definition: definition, namespace: namespace)
            try await api.apply(document["metadata"]?["name"]?.string ?? "", document, manager: "kubectl")
        }
    }
}

extension MirrorWorld {
    enum Server: String, CaseIterable, Sendable { case embedded, real }

    /// Runs `body` with the example installed in a cluster of that kind.
    static func use(_ server: Server, _ body: (MirrorWorld) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            switch server {
            case .embedded:
                try await withLiveCluster { cluster, transport in
                    try await install(transport, cluster.address, cluster.authority, cluster.token, directory, body)
                }
            case .real:
                try await RealCluster.use { cluster, transport in
                    try await install(
                        transport, "https://127.0.0.1:\(cluster.port)", cluster.authority, cluster.token, directory, mayHaveTokens: true,
                        body)
                }
            }
        }
    }

    private static func install(
        _ transport: any Transport, _ server: String, _ authority: String, _ token: String, _ directory: String,
        mayHaveTokens: Bool = false, _ body: (MirrorWorld) async throws -> Void
    ) async throws {
        let admin = try Client(transport: transport, server: server, authentication: .bearer(token))
        try await apply("crd.yaml", admin)
        try await apply("deployment.yaml", admin)
        let own = mayHaveTokens ? try await serviceAccountToken(admin) : token
        let kubeconfig = directory + "/kubeconfig"
        try write(
            KubeConfig.text(name: "test", server: server, certificateAuthority: authority, token: own, namespace: "config-mirror"),
            to: kubeconfig)
        let world = MirrorWorld(admin: admin, kubeconfig: kubeconfig, directory: directory)
        try await eventually("the kind is served") { try await world.mirrors.listIfServed() }
        try await body(world)
    }

    /// What a pod of the deployment would have.
    private static func serviceAccountToken(_ client: Client) async throws -> String {
        let answer = try await client.send(
            APIRequest(
                method: .post, path: "/api/v1/namespaces/config-mirror/serviceaccounts/config-mirror/token",
                contentType: "application/json",
                body: [
                    "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": ["expirationSeconds": 3600],
                ]))
        return try JSONReader(answer["status"] ?? [:], at: .root).required("token")
    }
}

extension Api {
    fileprivate func listIfServed() async throws -> Bool {
        do { _ = try await list() } catch let error as KubeError where error.code == .notFound { return false }
        return true
    }
}

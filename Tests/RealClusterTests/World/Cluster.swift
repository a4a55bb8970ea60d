import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore

/// A cluster in which Graft is installed: our definitions and manifests applied as they lie in the repository.
struct Cluster: Sendable {
    @TaskLocal static var current: Cluster?

    static var shared: Cluster {
        get throws {
            guard let current else { throw SetUpFailure("there is no cluster; is the suite inside RealCluster?") }
            return current
        }
    }

    let server: ApiServerProcess
    var admin: Client { server.admin }
    /// With a token of the controller's service account.
    let controller: Client
    /// Files that were refused, and why.
    let refusals: [String: String]

    /// Where tests put their own objects; its user `tenant` may do everything in it.
    static let namespace = "payments"

    init(_ server: ApiServerProcess) async throws {
        self.server = server
        let installer = Installer(client: server.admin)
        refusals = try await installer.install()
        try await installer.makeTenant("tenant", in: Self.namespace)
        controller = try server.client(
            token: try await server.admin.serviceAccountToken("graft-controller", in: GraftAPI.systemNamespace, boundTo: nil))
        try await waitForPolicies()
    }

    /// Kubernetes' own garbage collector. It takes plans away with the deployment that owns them, and our policies let it write what our
    /// controller has no right to.
    var kubernetes: Client {
        get throws { try server.client(as: "system:serviceaccount:kube-system:generic-garbage-collector", groups: ["system:masters"]) }
    }

    /// A user who may do everything in one namespace.
    var tenant: Client { get throws { try server.client(as: "tenant") } }

    /// Admission policies take effect some time after they were accepted.
    private func waitForPolicies() async throws {
        let plans = Api<ModulePlan>(admin, namespace: Self.namespace)
        let leases = Api<Lease>(try server.client(as: NodeAgent.userName, groups: ["system:masters"]), namespace: GraftAPI.agentNamespace)
        let hosts = Api<ModuleHost>(leases.client)
        try await eventually("the admission policies take effect", within: .seconds(60)) {
            let refused = [
                await outcome { try await plans.create(Sample.plan("probe"), options: WriteOptions(dryRun: true)) },
                await outcome { try await leases.create(["metadata": ["name": "probe"]] as JSON, options: WriteOptions(dryRun: true)) },
                await outcome { try await hosts.create(Sample.host(node: "probe"), options: WriteOptions(dryRun: true)) },
            ]
            return refused.allSatisfy { $0?.message.contains("ValidatingAdmissionPolicy") ?? false }
        }
    }
}

/// What the server refused with; nil when it did as it was asked.
func outcome(_ request: () async throws -> some Sendable) async -> KubeError? {
    do { _ = try await request() } catch let error as KubeError { return error } catch {
        return KubeError(.internalError, status: 0, message: "\(error)")
    }
    return nil
}

extension Client {
    /// A token from the TokenRequest API.
    /// - Parameters:
    ///   - object: the pod or node whose life the token shares, and whose node it names.
    ///   - audience: nil: the API server.
    func serviceAccountToken(
        _ account: String, in namespace: String, boundTo object: DynamicObject?, audience: String? = nil
    ) async throws -> String {
        var spec: JSON = ["expirationSeconds": 3600]
        if let audience { spec["audiences"] = [.string(audience)] }
        if let object {
            spec["boundObjectRef"] = [
                "apiVersion": "v1", "kind": .string(object.kind), "name": .string(object.metadata.name),
                "uid": .string(object.metadata.uid ?? ""),
            ]
        }
        let answer = try await send(
            APIRequest(
                method: .post, path: "/api/v1/namespaces/\(namespace)/serviceaccounts/\(account)/token", contentType: "application/json",
                body: ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec]))
        guard let token = answer["status"]?["token"]?.string else { throw SetUpFailure("the answer to a TokenRequest holds no token") }
        return token
    }
}

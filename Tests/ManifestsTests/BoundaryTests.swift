import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import Testing

/// Something that somebody tries.
struct Attempt: CustomTestStringConvertible {
    var method: APIRequest.Method
    var path: String

    var testDescription: String { "\(method.rawValue) \(path)" }

    static func writes(_ path: String) -> [Attempt] {
        [APIRequest.Method.post, .put, .patch, .delete].map { Attempt(method: $0, path: path) }
    }

    var request: APIRequest {
        let body: JSON? = method == .get || method == .delete ? nil : ["metadata": ["name": "x"]]
        let collection =
            method == .post ? path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") : path
        return APIRequest(
            method: method, path: collection, contentType: method == .patch ? "application/merge-patch+json" : nil, body: body)
    }
}

private let ours = "/apis/graft.dev/v1alpha1"
private let leases = "/apis/coordination.k8s.io/v1/namespaces"

@Suite("What roles keep people and programs from")
struct BoundaryTests {
    static let agents: [Attempt] =
        ["moduleplans", "modulerevisions", "moduledeployments"].flatMap { Attempt.writes("\(ours)/namespaces/payments/\($0)/x") }
        + ["verificationpolicies", "modulequarantines"].flatMap { Attempt.writes("\(ours)/\($0)/x") }
        + ["graft-system", "kube-node-lease", "payments"].flatMap { Attempt.writes("\(leases)/\($0)/leases/x") }
        + ["secrets", "configmaps"].map { Attempt(method: .get, path: "/api/v1/namespaces/graft-agents/\($0)/x") }
        + [
            Attempt(method: .get, path: "/api/v1/namespaces/graft-system/secrets/x"),
            Attempt(method: .delete, path: "\(ours)/modulehosts/x"),
            Attempt(method: .patch, path: "\(ours)/namespaces/payments/modulerevisions/x/status"),
            Attempt(method: .patch, path: "/api/v1/nodes/x"),
        ]

    static let controllers: [Attempt] =
        Attempt.writes("\(leases)/graft-agents/leases/x") + Attempt.writes("\(ours)/modulehosts/x")
        + Attempt.writes("\(ours)/namespaces/payments/moduleanalyses/x")
        + ["verificationpolicies", "rolloutguards"].flatMap { Attempt.writes("\(ours)/\($0)/x") }
        + [
            Attempt(method: .delete, path: "\(ours)/namespaces/payments/moduledeployments/x"),
            Attempt(method: .delete, path: "\(ours)/modulequarantines/x"),
            Attempt(method: .patch, path: "\(leases)/graft-system/leases/another"),
            Attempt(method: .get, path: "/api/v1/namespaces/payments/secrets/x"),
            Attempt(method: .get, path: "/api/v1/namespaces/graft-system/secrets/x"), Attempt(method: .get, path: "/api/v1/nodes/x"),
        ]

    static let editors: [Attempt] =
        ["moduleplans", "modulerevisions"].flatMap { Attempt.writes("\(ours)/namespaces/payments/\($0)/x") }
        + ["verificationpolicies", "rolloutguards", "modulequarantines", "modulehosts"].flatMap { Attempt.writes("\(ours)/\($0)/x") }
        + Attempt.writes("\(ours)/namespaces/others/moduledeployments/x")
        + ["modulerevisions", "moduledeployments"].map { Attempt(method: .patch, path: "\(ours)/namespaces/payments/\($0)/x/status") }

    @Test("An agent writes no plans, revisions, deployments, policies, nor other namespaces' leases")
    func agent() async throws {
        try await withInstalledCluster { cluster in try await refuses(Self.agents, to: .agent, in: cluster) }
    }

    @Test("The controller writes no hosts, policies, nor agents' leases, and reads no secrets")
    func controller() async throws {
        try await withInstalledCluster { cluster in try await refuses(Self.controllers, to: .controller, in: cluster) }
    }

    @Test("Who may edit a namespace writes deployments there, and neither plans nor revisions nor what belongs to the cluster")
    func editor() async throws {
        try await withInstalledCluster { cluster in
            try await cluster.createNamespace("others")
            // In a cluster the roles that these are added to are bound.
            for role in ["graft-edit", "graft-view"] {
                try await cluster.install([
                    [
                        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
                        "metadata": ["name": .string(role), "namespace": "payments"],
                        "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role)],
                        "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"]],
                    ]
                ])
            }
            let alice = User(name: "alice")
            try await refuses(Self.editors, to: alice, in: cluster)

            let client = try cluster.client(as: alice)
            let example = try Manifests.examples().only("ModuleDeployment", "http-filter")
            let collection = "\(ours)/namespaces/payments/moduledeployments"
            _ = try await client.send(APIRequest(method: .post, path: collection, body: example))
            for kind in ["moduledeployments", "moduleplans", "modulerevisions"] {
                _ = try await client.send(APIRequest(path: "\(ours)/namespaces/payments/\(kind)"))
            }
            _ = try await client.send(APIRequest(method: .delete, path: collection + "/http-filter"))
        }
    }

    private func refuses(_ attempts: [Attempt], to user: User, in cluster: EmbeddedCluster) async throws {
        let client = try cluster.client(as: user)
        for attempt in attempts {
            let error = await #expect(throws: KubeError.self, "\(user.name): \(attempt.testDescription)") {
                try await client.send(attempt.request)
            }
            #expect(error?.code == .forbidden, "\(user.name): \(attempt.testDescription)")
        }
    }
}

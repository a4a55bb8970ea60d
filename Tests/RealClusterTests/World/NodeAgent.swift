import GraftAPI
import JSON
import KubeClient
import KubeCore

/// An agent on a node of its own, with the token that its pod would have.
struct NodeAgent: Sendable {
    static let userName = "system:serviceaccount:graft-agents:graft-agent"

    let node: String
    let client: Client
    /// For the controller alone, as the agent's pod has it beside the other.
    let streamToken: String

    var hosts: Api<ModuleHost> { Api(client) }
    var leases: Api<Lease> { Api(client, namespace: GraftAPI.agentNamespace) }

    /// Makes the node and a pod on it, and asks for a token that is bound to the pod.
    init(node: String, in cluster: Cluster) async throws {
        self.node = node
        let admin = cluster.admin
        try await Installer(client: admin).apply(["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)]])
        let pods = ResourceDefinition(group: "", version: "v1", kind: "Pod", plural: "pods", scope: .namespaced)
        let pod = try await Api<DynamicObject>(admin, definition: pods, namespace: GraftAPI.agentNamespace).create(
            [
                "metadata": ["name": .string("agent-\(node)")],
                "spec": [
                    "serviceAccountName": "graft-agent", "nodeName": .string(node),
                    "containers": [["name": "agent", "image": "graft-agent"]],
                ],
            ] as JSON)
        streamToken = try await admin.serviceAccountToken(
            "graft-agent", in: GraftAPI.agentNamespace, boundTo: pod, audience: "graft-controller")
        client = try cluster.server.client(
            token: try await admin.serviceAccountToken("graft-agent", in: GraftAPI.agentNamespace, boundTo: pod))
    }

    /// Registers a host, as the agent does at its start.
    @discardableResult
    func register(hostClass: String = "edge-proxy") async throws -> ModuleHost {
        try await hosts.apply(
            ModuleHost.name(hostClass: hostClass, node: node), Sample.host(hostClass: hostClass, node: node), manager: GraftAPI.agentManager
        )
    }
}

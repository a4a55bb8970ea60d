import GraftAPI
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("What agents may write")
    struct AgentPolicyTests {
        @Test("Given the token of its pod, an agent registers its host, reports its status and renews its Lease")
        func own() async throws {
            let agent = try await NodeAgent(node: "own", in: .shared)
            try await agent.register()
            let reported = try await agent.hosts.applyStatus("edge-proxy.own", Sample.hostStatus, manager: GraftAPI.agentManager)
            #expect(reported.status.slots.count == 1)
            for _ in 0..<2 {
                let lease = try await agent.leases.apply("own", ["spec": ["holderIdentity": "own"]] as JSON, manager: GraftAPI.agentManager)
                #expect(lease.spec.holderIdentity == "own")
            }
        }

        @Test("A token that is bound to the node itself serves as well")
        func boundToNode() async throws {
            let cluster = try Cluster.shared
            let agent = try await NodeAgent(node: "bound", in: cluster)
            let nodes = ResourceDefinition(group: "", version: "v1", kind: "Node", plural: "nodes", scope: .cluster)
            let node = try await Api<DynamicObject>(cluster.admin, definition: nodes).get("bound")
            let token = try await cluster.admin.serviceAccountToken("graft-agent", in: GraftAPI.agentNamespace, boundTo: node)
            let hosts = Api<ModuleHost>(try cluster.server.client(token: token))
            try await hosts.create(Sample.host(node: agent.node))
        }

        @Test("Another node's host, its status and its Lease are out of reach")
        func others() async throws {
            let victim = try await NodeAgent(node: "victim", in: .shared)
            try await victim.register()
            try await victim.leases.apply("victim", ["spec": ["holderIdentity": "victim"]] as JSON, manager: GraftAPI.agentManager)
            let agent = try await NodeAgent(node: "intruder", in: .shared)

            let notYours = "the agent on node intruder may not write the ModuleHost of another node"
            await expectForbidden(notYours) { try await agent.hosts.apply("edge-proxy.victim", Sample.host(node: "victim"), manager: "x") }
            await expectForbidden(notYours) { try await agent.hosts.create(Sample.host(node: "nobody")) }
            await expectForbidden(notYours) { try await agent.hosts.patchStatus("edge-proxy.victim", Sample.hostStatus) }
            await expectForbidden(notYours) { try await agent.hosts.applyStatus("edge-proxy.victim", Sample.hostStatus, manager: "x") }
            await expectForbidden(notYours) {
                try await agent.hosts.mergePatch("edge-proxy.victim", ["metadata": ["labels": ["tier": "core"]]] as JSON)
            }
            let onlyYours = "the agent on node intruder may write only the Lease graft-agents/intruder"
            await expectForbidden(onlyYours) { try await agent.leases.mergePatch("victim", ["spec": ["holderIdentity": "x"]] as JSON) }
            await expectForbidden(onlyYours) { try await agent.leases.create(["metadata": ["name": "nobody"]] as JSON) }
            // Elsewhere no role lets it near a Lease.
            let elsewhere = agent.leases.scoped(to: "kube-node-lease")
            await expectForbidden("cannot create resource") { try await elsewhere.create(["metadata": ["name": "intruder"]] as JSON) }
        }

        @Test("A host of its node under another name, or moved to another node, is refused")
        func misnamed() async throws {
            let agent = try await NodeAgent(node: "misnamed", in: .shared)
            await expectForbidden("a ModuleHost of this node is named <class>.misnamed") {
                try await agent.hosts.create(Sample.host(node: "misnamed").with("metadata.name", "edge-proxy.victim"))
            }
            try await agent.register()
            let moved = await outcome { try await agent.hosts.mergePatch("edge-proxy.misnamed", ["spec": ["nodeName": "v"]] as JSON) }
            #expect(moved?.code == .invalid || moved?.code == .forbidden, "\(moved?.message ?? "it was accepted")")
        }

        @Test("It sets no finalizers, and is not stopped by one that somebody else has set")
        func finalizers() async throws {
            let cluster = try Cluster.shared
            let agent = try await NodeAgent(node: "finalizers", in: cluster)
            let finalizers: JSON = ["metadata": ["finalizers": ["example.com/keep"]]]
            await expectForbidden("an agent adds no finalizers") {
                try await agent.hosts.create(Sample.host(node: "finalizers").with("metadata.finalizers", ["example.com/keep"]))
            }
            try await agent.register()
            await expectForbidden("an agent adds no finalizers") { try await agent.hosts.mergePatch("edge-proxy.finalizers", finalizers) }
            try await Api<ModuleHost>(cluster.admin).mergePatch("edge-proxy.finalizers", finalizers)
            try await agent.register()
            try await agent.hosts.applyStatus("edge-proxy.finalizers", Sample.hostStatus, manager: GraftAPI.agentManager)

            try await agent.leases.create(["metadata": ["name": "finalizers"]] as JSON)
            await expectForbidden("an agent adds no finalizers") { try await agent.leases.mergePatch("finalizers", finalizers) }
        }

        @Test("It neither lifts a hold nor sets one, and goes on reporting under it")
        func hold() async throws {
            let cluster = try Cluster.shared
            let agent = try await NodeAgent(node: "held", in: cluster)
            let message = "an agent neither sets nor lifts a hold"
            let held: JSON = ["metadata": ["annotations": ["graft.dev/hold": "true"]]]
            await expectForbidden(message) {
                try await agent.hosts.create(Sample.host(node: "held").with("metadata.annotations", ["graft.dev/hold": "true"]))
            }
            try await agent.register()
            await expectForbidden(message) { try await agent.hosts.mergePatch("edge-proxy.held", held) }
            let hosts = Api<ModuleHost>(cluster.admin)
            #expect(try await hosts.mergePatch("edge-proxy.held", held).isHeld)
            try await agent.register()
            try await agent.hosts.applyStatus("edge-proxy.held", Sample.hostStatus, manager: GraftAPI.agentManager)
            for value in ["false", nil] as [String?] {
                await expectForbidden(message) {
                    try await agent.hosts.mergePatch(
                        "edge-proxy.held", ["metadata": ["annotations": ["graft.dev/hold": value.map { .string($0) } ?? .null]]] as JSON)
                }
            }
            #expect(try await hosts.get("edge-proxy.held").isHeld)
        }

        @Test("A token that names no node is told what it takes")
        func unbound() async throws {
            let cluster = try Cluster.shared
            let token = try await cluster.admin.serviceAccountToken("graft-agent", in: GraftAPI.agentNamespace, boundTo: nil)
            let client = try cluster.server.client(token: token)
            let message = "the agent's token names no node; run the agent in a pod, on Kubernetes 1.31 or newer"
            await expectForbidden(message) { try await Api<ModuleHost>(client).create(Sample.host(node: "unbound")) }
            let leases = Api<Lease>(client, namespace: GraftAPI.agentNamespace)
            await expectForbidden(message) { try await leases.create(["metadata": ["name": "unbound"]] as JSON) }
        }

        /// Verb, group, resource, namespace, and whether an agent may.
        static let rights: [(verb: String, resource: String, namespace: String?, allowed: Bool)] = [
            ("list", "graft.dev/moduleplans", nil, true), ("watch", "graft.dev/moduleplans", nil, true),
            ("get", "graft.dev/modulerevisions", nil, true), ("list", "graft.dev/modulerevisions", nil, false),
            ("watch", "graft.dev/verificationpolicies", nil, true), ("watch", "graft.dev/modulequarantines", nil, true),
            ("get", "/nodes", nil, true), ("list", "/nodes", nil, false), ("watch", "graft.dev/modulehosts", nil, true),
            ("delete", "graft.dev/modulehosts", nil, false), ("get", "/secrets", "graft-agents", false), ("get", "/secrets", nil, false),
            ("get", "/configmaps", "graft-agents", false), ("create", "/pods", "graft-agents", false),
            ("create", "/serviceaccounts/token", "graft-agents", false), ("get", "graft.dev/moduledeployments", nil, false),
            ("patch", "graft.dev/moduleplans", nil, false), ("patch", "graft.dev/modulerevisions/status", nil, false),
            ("create", "graft.dev/modulequarantines", nil, false), ("patch", "coordination.k8s.io/leases", "graft-system", false),
            ("create", "coordination.k8s.io/leases", "graft-agents", true), ("delete", "coordination.k8s.io/leases", "graft-agents", false),
        ]

        @Test("Roles give it what it needs and no more", arguments: rights)
        func roles(verb: String, resource: String, namespace: String?, allowed: Bool) async throws {
            let client = try Cluster.shared.server.client(as: NodeAgent.userName)
            #expect(try await client.may(verb, resource, in: namespace) == allowed)
        }
    }
}

/// Expects a refusal whose message holds these words.
func expectForbidden(
    _ message: String, sourceLocation: SourceLocation = #_sourceLocation, _ request: () async throws -> some Sendable
) async {
    let error = await outcome(request)
    #expect(error?.code == .forbidden, "\(error?.message ?? "it was accepted")", sourceLocation: sourceLocation)
    #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "it was accepted")", sourceLocation: sourceLocation)
}

extension Client {
    /// Whether roles allow us something.
    /// - Parameter resource: `group/resource`, or `group/resource/subresource`.
    func may(_ verb: String, _ resource: String, in namespace: String?) async throws -> Bool {
        let parts = resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var attributes: JSON = ["verb": .string(verb), "group": .string(parts[0]), "resource": .string(parts[1])]
        if parts.count > 2 { attributes["subresource"] = .string(parts[2]) }
        if let namespace { attributes["namespace"] = .string(namespace) }
        let answer = try await send(
            APIRequest(
                method: .post, path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", contentType: "application/json",
                body: [
                    "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": ["resourceAttributes": attributes],
                ]))
        return answer["status"]?["allowed"]?.bool ?? false
    }
}

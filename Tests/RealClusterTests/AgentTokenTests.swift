import GraftAPI
import KubeClient
import KubeCore
import KubeRuntime
import Testing

@testable import Controllers

extension RealCluster {
    @Suite("Whom the controller takes agents for")
    struct AgentTokenTests {
        private func verdict(on token: String) async throws -> AgentTokens.Verdict {
            // As the service account, with what its roles grant.
            let tokens = AgentTokens(client: try Cluster.shared.controller, surroundings: .system)
            return try await tokens.verdict(on: "Bearer \(token)")
        }

        private func status(_ verdict: AgentTokens.Verdict) -> Int? {
            if case .refused(let refusal) = verdict { refusal.status } else { nil }
        }

        @Test("The token of an agent's pod with our audience names its node")
        func node() async throws {
            let agent = try await NodeAgent(node: "telling", in: .shared)
            #expect(try await verdict(on: agent.streamToken) == .node("telling"))
        }

        @Test("A token for the API server, of another account, of no node, or changed by a letter is refused")
        func others() async throws {
            let cluster = try Cluster.shared
            let agent = try await NodeAgent(node: "forging", in: cluster)
            let audience = AgentTokens.audience
            let namespace = GraftAPI.agentNamespace
            let forTheAPI = try await cluster.admin.serviceAccountToken("graft-agent", in: namespace, boundTo: nil)
            #expect(status(try await verdict(on: forTheAPI)) == 401)
            let ofNoNode = try await cluster.admin.serviceAccountToken("graft-agent", in: namespace, boundTo: nil, audience: audience)
            #expect(status(try await verdict(on: ofNoNode)) == 403)
            let ofAnother = try await cluster.admin.serviceAccountToken(
                "graft-controller", in: GraftAPI.systemNamespace, boundTo: nil, audience: audience)
            #expect(status(try await verdict(on: ofAnother)) == 403)
            var changed = Array(agent.streamToken)
            changed[changed.count / 2] = changed[changed.count / 2] == "A" ? "B" : "A"
            #expect(status(try await verdict(on: String(changed))) == 401)
        }

        @Test("What agents have for the controller opens nothing at the API server")
        func audience() async throws {
            let cluster = try Cluster.shared
            let agent = try await NodeAgent(node: "elsewhere", in: cluster)
            let hosts = Api<ModuleHost>(try cluster.server.client(token: agent.streamToken))
            let refused = await outcome { try await hosts.list() }
            #expect(refused?.code == .unauthorized)
        }
    }
}

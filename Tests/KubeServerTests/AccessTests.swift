import Harness
import JSON
import KubeServer
import Testing

@Suite("Who may do what", .serialized)
struct AccessTests {
    private let agent = User(name: "system:serviceaccount:shop:agent", groups: ["system:serviceaccounts"])

    @Test("Without a known token nobody gets past health and version")
    func anonymous() async throws {
        try await withEmbeddedCluster { cluster async throws in
            var api = API(transport: cluster.server.inProcessTransport(user: nil))
            for token in [nil, "wrong"] {
                api.token = token
                for path in ["/healthz", "/readyz", "/livez", "/version"] { #expect(try await api.get(path).status == 200) }
                for path in ["/api", "/apis", "/api/v1/namespaces", "/openapi/v2"] {
                    let answer = try await api.get(path)
                    #expect(answer.status == 401)
                    #expect(answer.reason == "Unauthorized")
                }
            }
        }
    }

    @Test("A bearer token says who asks")
    func token() async throws {
        let configuration = KubeServer.Configuration(tokens: TokenTable(["secret": User(name: "ann", groups: ["team"])]))
        try await withEmbeddedCluster(configuration) { cluster async throws in
            var api = API(transport: cluster.server.inProcessTransport(user: nil))
            api.token = "secret"
            let review = try await api.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", [:])
            #expect(review.json["status"]?["userInfo"]?["username"] == "ann")
            #expect(review.json["status"]?["userInfo"]?["groups"] == ["team", "system:authenticated"])
        }
    }

    /// Runs `body` with the roles in force, as an admin and as the agent.
    private func withRoles(_ rules: JSON, _ body: (_ admin: API, _ agent: API, KubeServer) async throws -> Void) async throws {
        try await Way.runInProcess(.init(authorization: .roles)) { admin, server in
            let roles = "/apis/rbac.authorization.k8s.io/v1"
            let made = try await admin.create("\(roles)/namespaces/shop/roles", ["metadata": ["name": "agent"], "rules": rules])
            #expect(made.status == 201)
            let bound = try await admin.create(
                "\(roles)/namespaces/shop/rolebindings",
                [
                    "metadata": ["name": "agent"], "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "agent"],
                    "subjects": [["kind": "ServiceAccount", "namespace": "shop", "name": "agent"]],
                ])
            #expect(bound.status == 201)
            try await body(admin, API(transport: server.inProcessTransport(user: agent)), server)
        }
    }

    @Test("A role grants what it says and nothing more")
    func roles() async throws {
        let rules: JSON = [
            ["apiGroups": ["test.graft.dev"], "resources": ["widgets"], "verbs": ["get", "list", "watch"]],
            ["apiGroups": ["test.graft.dev"], "resources": ["widgets/status"], "resourceNames": ["mine"], "verbs": ["patch"]],
        ]
        try await withRoles(rules) { admin, agent, server async throws in
            for name in ["mine", "other"] { _ = try await admin.create(Widget.path, Widget.named(name)) }
            #expect(try await agent.get(Widget.path).status == 200)
            #expect(try await agent.get(Widget.path + "/mine").status == 200)
            #expect(try await agent.merge(Widget.path + "/mine/status", ["status": ["phase": "A"]]).status == 200)
            let other = try await agent.merge(Widget.path + "/other/status", ["status": ["phase": "A"]])
            #expect(other.status == 403)
            #expect(
                other.message
                    == "widgets.test.graft.dev \"other\" is forbidden: User \"system:serviceaccount:shop:agent\" cannot patch resource "
                    + "\"widgets/status\" in API group \"test.graft.dev\" in the namespace \"shop\"")
            let everywhere = try await agent.get(Widget.everywhere)
            #expect(everywhere.status == 403)
            #expect(everywhere.message.hasSuffix("in API group \"test.graft.dev\" at the cluster scope"))
            #expect(try await agent.delete(Widget.path + "/mine").status == 403)
            #expect(try await agent.get("/apis").status == 200, "discovery is open to all who are known")
        }
    }

    @Test("Who applies what isn't there needs to be allowed to create it", arguments: [false, true])
    func applyCreates(mayCreate: Bool) async throws {
        let rule: JSON = [
            "apiGroups": ["test.graft.dev"], "resources": ["widgets"], "verbs": mayCreate ? ["patch", "create"] : ["patch"],
        ]
        try await withRoles([rule]) { admin, agent, server async throws in
            _ = try await admin.create(Widget.path, Widget.named("there"))
            server.accessLog.reset()
            #expect(try await agent.apply(Widget.path + "/there", Widget.named("there"), manager: "agent").status == 200)
            #expect(server.accessLog.entries.map(\.verb) == ["patch"])
            let absent = try await agent.apply(Widget.path + "/absent", Widget.named("absent"), manager: "agent")
            #expect(absent.status == (mayCreate ? 201 : 403))
            if !mayCreate { #expect(absent.message.contains("cannot create resource \"widgets\"")) }
            #expect(server.accessLog.entries.map(\.verb) == ["create", "patch"])
        }
    }

    @Test("What was used is on record")
    func accessLog() async throws {
        try await withRoles([["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]]]) { admin, agent, server async throws in
            server.accessLog.reset()
            _ = try await agent.get(Widget.path)
            _ = try await agent.merge(Widget.path + "/none/status", [:])
            let entries = server.accessLog.entries
            #expect(entries.map(\.verb) == ["list", "patch"])
            #expect(entries.map(\.subresource) == ["", "status"])
            #expect(Set(entries.map(\.user)) == [self.agent.name])
        }
    }

    @Test("One can ask what one may do")
    func review() async throws {
        try await withRoles([["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]]]) { admin, agent, server async throws in
            func isAllowed(_ verb: String) async throws -> JSON? {
                try await agent.create(
                    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                    ["spec": ["resourceAttributes": ["verb": .string(verb), "resource": "pods", "namespace": "shop"]]]
                ).json["status"]?["allowed"]
            }
            #expect(try await isAllowed("list") == true)
            #expect(try await isAllowed("delete") == false)
        }
    }

    @Test("A function can decide instead of roles")
    func custom() async throws {
        let configuration = KubeServer.Configuration(authorization: .custom { $0.verb != "delete" })
        try await Way.runInProcess(configuration) { api, _ async throws in
            _ = try await api.create(Widget.path, Widget.named("a"))
            #expect(try await api.delete(Widget.path + "/a").status == 403)
        }
    }
}

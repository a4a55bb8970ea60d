import JSON
import KubeClient
import Testing

@Suite struct KubeConfigTests {
    static let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    static let encodedPEM = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="

    private func config(cluster: String = "", user: String = "    token: secret", context: String = "") throws -> KubeConfig {
        try KubeConfig.parse(
            Array(
                """
                apiVersion: v1
                kind: Config
                current-context: main
                preferences: {}
                clusters:
                - name: c
                  cluster:
                    server: https://api.test:6443
                \(cluster)
                users:
                - name: u
                  user:
                \(user)
                contexts:
                - name: main
                  context:
                    cluster: c
                    user: u
                \(context)
                - name: anonymous
                  context: {cluster: c}
                - name: lost
                  context: {cluster: nowhere, user: u}
                - name: nobody
                  context: {cluster: c, user: nobody}

                """.utf8), file: "/etc/kube/config")
    }

    @Test func `A context names a cluster, a user and a namespace`() throws {
        let found = try config(
            cluster: """
                    certificate-authority-data: \(Self.encodedPEM)
                    tls-server-name: other.test
                    proxy-url: http://proxy:3128
                """, context: "    namespace: payments"
        ).configuration()
        #expect(found.server == "https://api.test:6443")
        #expect(found.certificateAuthority == Self.pem)
        #expect(found.tlsServerName == "other.test")
        #expect(found.proxy == "http://proxy:3128")
        #expect(found.authentication == .bearer("secret"))
        #expect(found.namespace == "payments")
        #expect(found.origin == "context \"main\" in /etc/kube/config")
    }

    @Test func `A context without a user asks as nobody, in the namespace default`() throws {
        let found = try config().configuration(context: "anonymous")
        #expect(found.authentication == .none)
        #expect(found.namespace == "default")
    }

    @Test(
        "Each way to say who asks is read",
        arguments: [
            ("    token: secret", Authentication.bearer("secret")), ("    tokenFile: token", .tokenFile("/etc/kube/token")),
            ("    tokenFile: /run/token\n    token: x", .tokenFile("/run/token")), ("    {}", .none),
            (
                "    exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [a, b], env: [{name: K, value: v}], interactiveMode: IfAvailable}",
                .exec(ExecPlugin(command: "aws", arguments: ["a", "b"], environment: ["K": "v"]))
            ),
            (
                "    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/login, provideClusterInfo: true, installHint: get it}",
                .exec(
                    ExecPlugin(
                        apiVersion: "client.authentication.k8s.io/v1beta1", command: "/etc/kube/./bin/login", installHint: "get it",
                        cluster: ["server": "https://api.test:6443"]))
            ),
        ])
    func authentication(user: String, expected: Authentication) throws {
        #expect(try config(user: user).configuration().authentication == expected)
    }

    @Test func `Impersonation and client certificates are read`() throws {
        let user = """
                client-certificate-data: \(Self.encodedPEM)
                client-key-data: \(Self.encodedPEM)
                as: jane
                as-groups: [a, b]
                as-user-extra: {scopes: [x]}
            """
        let found = try config(user: user).configuration()
        #expect(found.clientCertificate == Self.pem)
        #expect(found.clientKey == Self.pem)
        #expect(found.impersonation == Impersonation(user: "jane", groups: ["a", "b"], extra: ["scopes": ["x"]]))
    }

    @Test(
        "What is not supported or not right is refused, by name",
        arguments: [
            ("", "    username: u\n    password: hunter2", nil, "user \"u\": username: basic authentication is not supported"),
            ("", "    auth-provider: {name: gcp}", nil, "user \"u\": auth-provider is not supported"),
            ("", "    exec: {apiVersion: v9, command: x}", nil, "exec.apiVersion: \"v9\" is not supported"),
            ("", "    exec: {apiVersion: client.authentication.k8s.io/v1}", nil, "exec.command: wanted a command"),
            (
                "", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}", nil,
                "interactiveMode: Always"
            ),
            ("", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, env: [{name: a}]}", nil, "exec.env[0]"),
            ("", "    client-certificate-data: \(encodedPEM)", nil, "needs its key"),
            ("", "    client-certificate-data: \"%%\"\n    client-key-data: x", nil, "client-certificate-data: wanted PEM in base64"),
            ("    certificate-authority-data: aGVsbG8=", "    {}", nil, "certificate-authority-data: wanted PEM (-----BEGIN"),
            ("    certificate-authority: /nowhere/ca.crt", "    {}", nil, "certificate-authority: /nowhere/ca.crt does not exist"),
            ("    insecure-skip-tls-verify: true\n    certificate-authority-data: \(encodedPEM)", "    {}", nil, "exclude one another"),
            ("    insecure-skip-tls-verify: maybe", "    {}", nil, "insecure-skip-tls-verify: wanted true or false, found string"),
            ("", "    token: [x]", nil, "token: wanted a string, found array"),
            ("", "    {}", "other", "there is no context \"other\"; there are: anonymous, lost, main, nobody"),
            ("", "    {}", "lost", "names the cluster \"nowhere\", which is not there; there are: c"),
            ("", "    {}", "nobody", "names the user \"nobody\", who is not there; there are: u"),
        ] as [(String, String, String?, String)])
    func refusing(cluster: String, user: String, context: String?, message: String) throws {
        let config = try config(cluster: cluster, user: user)
        let error = #expect(throws: ClientConfigurationError.self) { try config.configuration(context: context) }
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
        #expect(error?.message.contains("/etc/kube/config") ?? false)
        #expect(!(error?.message.contains("hunter2") ?? false))
    }

    @Test(
        "What is no kubeconfig is refused, with its file",
        arguments: [
            ("[]", "wanted a kubeconfig, found array"), ("a: [", "line"), ("kind: Pod", "wanted kind Config, found Pod"),
            ("clusters: 7", "clusters: wanted a list, found integer"), ("users: [{}]", "users[0].name: wanted a name"),
        ])
    func malformed(text: String, message: String) {
        let error = #expect(throws: ClientConfigurationError.self) { try KubeConfig.parse(Array(text.utf8), file: "/f") }
        #expect(error?.message.hasPrefix("/f: ") ?? false)
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
    }

    @Test func `JSON is a kubeconfig too`() throws {
        let text =
            #"{"current-context":"a","clusters":[{"name":"c","cluster":{"server":"https://x"}}],"contexts":[{"name":"a","context":{"cluster":"c"}}]}"#
        #expect(try KubeConfig.parse(Array(text.utf8), file: "f").configuration().server == "https://x")
    }

    @Test func `What is written is read back`() throws {
        let text = KubeConfig.text(
            name: "graft", server: "https://127.0.0.1:1234", certificateAuthority: Self.pem, token: "s3cret: \"x\"",
            clientCertificate: Self.pem,
            clientKey: Self.pem, namespace: "payments")
        let found = try KubeConfig.parse(Array(text.utf8), file: "f").configuration()
        #expect(
            found
                == ClientConfiguration(
                    server: "https://127.0.0.1:1234", certificateAuthority: Self.pem, clientCertificate: Self.pem, clientKey: Self.pem,
                    authentication: .bearer("s3cret: \"x\""), namespace: "payments", origin: "context \"graft\" in f"))
        #expect(
            try KubeConfig.parse(Array(KubeConfig.text(name: "a", server: "http://x").utf8), file: "f").configuration().authentication
                == .none)
    }

    @Test func `A configuration shows no secret`() throws {
        let found = try config(user: "    token: hunter2").configuration()
        var dumped = ""
        dump(found, to: &dumped)
        for text in ["\(found)", String(reflecting: found), dumped, "\(found.authentication)"] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
    }
}

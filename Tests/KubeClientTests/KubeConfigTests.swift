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
            ("    tokenFile: /run/token\n    token: x", .tokenFile("/run/token", fallback: "x")), ("    {}", .none),
            (
                "    exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [a, b], env: [{name: K, value: v}], interactiveMode: IfAvailable}",
                .exec(ExecPlugin(command: "aws", arguments: ["a", "b"], environment: ["K": "v"], interactiveMode: .ifAvailable))
            ),
            ("    username: jane\n    password: pw", .basic(user: "jane", password: "pw")),
            ("    password: pw", .basic(user: "", password: "pw")),
            // A token goes before a command, and so does a certificate.
            ("    token: x\n    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}", .bearer("x")),
            (
                "    client-certificate-data: \(encodedPEM)\n    client-key-data: \(encodedPEM)\n    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}",
                .none
            ),
            (
                "    exec: {apiVersion: client.authentication.k8s.io/v1, command: ../login, env: [{name: A}, {name: B, value: b}], interactiveMode: Always}",
                .exec(ExecPlugin(command: "/etc/login", environment: ["A": "", "B": "b"], interactiveMode: .always))
            ),
            (
                "    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/login, provideClusterInfo: true, installHint: get it}",
                .exec(
                    ExecPlugin(
                        apiVersion: "client.authentication.k8s.io/v1beta1", command: "/etc/kube/bin/login", installHint: "get it",
                        interactiveMode: .ifAvailable, cluster: ["server": "https://api.test:6443"]))
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
            ("", "    username: u\n    password: hunter2\n    token: hunter2", nil, "user \"u\": username: a token stands beside it"),
            ("", "    username: u\n    tokenFile: t", nil, "username: a token stands beside it"),
            ("", "    tokens: hunter2", nil, "user \"u\": tokens: this field is not known; wanted some of as, as-groups,"),
            ("    insecure-skip-tls-verfy: true", "    {}", nil, "cluster \"c\": insecure-skip-tls-verfy: this field is not known"),
            ("", "    as-groups: [a]", nil, "as-groups: wanted the name of a user in \"as\", too"),
            ("", "    as-uid: x", nil, "as-uid: wanted the name of a user"),
            ("", "    as-user-extra: {a: [b]}", nil, "as-user-extra: wanted the name of a user"),
            ("    proxy-url: ftp://x", "    {}", nil, "proxy-url: wanted a URL that begins with http://, https:// or socks5://"),
            ("    proxy-url: proxy:3128", "    {}", nil, "proxy-url: wanted a URL"),
            ("    disable-compression: 1", "    {}", nil, "disable-compression: wanted true or false, found integer"),
            (
                "    certificate-authority-data: \(encodedPEM)\n    certificate-authority: ca", "    {}", nil,
                "certificate-authority: certificate-authority-data stands beside it"
            ),
            ("", "    client-key: a\n    client-key-data: b", nil, "client-key: client-key-data stands beside it"),
            ("", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x}", nil, "exec.interactiveMode: wanted one of Never,"),
            (
                "", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Maybe}", nil,
                "exec.interactiveMode: wanted one of Never, IfAvailable, Always, found \"Maybe\""
            ),
            (
                "", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, arguments: [a]}", nil,
                "exec.arguments: this field is not known"
            ),
            ("", "    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", nil, "exec.apiVersion: \"client."),
            ("", "    exec: [x]", nil, "exec: wanted an object, found array"),
            ("", "    auth-provider: {name: gcp}", nil, "user \"u\": auth-provider: not supported; use an exec plugin"),
            ("", "    exec: {apiVersion: v9, command: x}", nil, "exec.apiVersion: \"v9\" is not supported"),
            ("", "    exec: {apiVersion: client.authentication.k8s.io/v1}", nil, "exec.command: wanted a command"),
            (
                "", "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, env: [{value: a}]}", nil,
                "exec.env[0]"
            ),
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
            ("users: [{name: a, user: 1}]", "users[0].user: wanted an object, found integer"),
            ("apiVersion: v2", "wanted apiVersion v1, found v2"),
            ("users: [{name: a}, {name: a}]", "users[1].name: \"a\" stands twice"),
            ("current-context: 1", "current-context: wanted a string"),
            ("kind: Config\n---\nkind: Config", "wanted one document, found 2"),
        ])
    func malformed(text: String, message: String) {
        let error = #expect(throws: ClientConfigurationError.self) { try KubeConfig.parse(Array(text.utf8), file: "/f") }
        #expect(error?.message.hasPrefix("/f: ") ?? false)
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
    }

    @Test func `A plugin that asks for it is told all about the cluster`() throws {
        let cluster = """
                certificate-authority-data: \(Self.encodedPEM)
                tls-server-name: other.test
                proxy-url: socks5://p:1
                disable-compression: true
                extensions:
                - name: other
                  extension: {x: 1}
                - name: client.authentication.k8s.io/exec
                  extension: {audience: [a]}
            """
        let user = "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, provideClusterInfo: true}"
        guard case .exec(let plugin) = try config(cluster: cluster, user: user).configuration().authentication else {
            return #expect(Bool(false), "wanted a plugin")
        }
        #expect(
            plugin.cluster == [
                "server": "https://api.test:6443", "certificate-authority-data": .string(Self.encodedPEM), "tls-server-name": "other.test",
                "proxy-url": "socks5://p:1", "disable-compression": true, "config": ["audience": ["a"]],
            ])
    }

    @Test(
        "A server without a scheme gets the one that kubectl would take",
        arguments: [
            ("", "https://api.test:6443", "https://api.test:6443"), ("", "api.test:6443", "http://api.test:6443"),
            ("    insecure-skip-tls-verify: true", "api.test", "https://api.test"),
            ("    certificate-authority-data: \(encodedPEM)", "api.test:1", "https://api.test:1"),
        ])
    func scheme(cluster: String, server: String, completed: String) throws {
        let text =
            "clusters:\n- name: c\n  cluster:\n    server: \(server)\n\(cluster)\ncontexts:\n- {name: m, context: {cluster: c, user: u}}\nusers:\n- {name: u, user: {}}\n"
        #expect(try KubeConfig.parse(Array(text.utf8), file: "f").configuration(context: "m").server == completed)
    }

    @Test func `To a server without TLS no credentials are sent, but the name to act in`() throws {
        let text = """
            clusters:
            - {name: c, cluster: {server: "http://127.0.0.1:8001"}}
            users:
            - {name: u, user: {token: x, as: jane, client-certificate-data: \(Self.encodedPEM), client-key-data: \(Self.encodedPEM)}}
            contexts:
            - {name: m, context: {cluster: c, user: u}}
            """
        let found = try KubeConfig.parse(Array(text.utf8), file: "f").configuration(context: "m")
        #expect(found.authentication == .none)
        #expect(found.clientCertificate == nil)
        #expect(found.clientKey == nil)
        #expect(found.impersonation == Impersonation(user: "jane"))
    }

    @Test func `What nobody asks for may be wrong, and fields that say nothing are none`() throws {
        let found = try config(user: "    token: secret\n    auth-provider: ~\n    tokens: null\n    username: \"\"").configuration()
        #expect(found.authentication == .bearer("secret"))
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

import Glibc
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeConnection
import KubeCore
import Testing

/// The same kubeconfigs read by a real kubectl and by us.
@Suite(
    .enabled("there is no kubectl, or one older than 1.26, which does not know all fields yet") { try await Kubectl.minor() ?? 0 >= 26 })
struct KubectlTests {
    private static let pem = KubeConfigTests.encodedPEM

    // MARK: What is read

    /// Files, the paths in KUBECONFIG, and the context asked for.
    static let readable: [(files: [String: String], list: [String], context: String?)] = [
        ([:], ["one"], nil),
        // The first to name a thing wins, and so does the first current-context; what is not there is skipped.
        (["one": "current-context: m\n"], ["none", "one", "base"], nil),
        (["one": "clusters:\n- {name: c, cluster: {server: 'https://first'}}\n"], ["one", "base", "one"], nil),
        (["one": "clusters:\n- {name: c, cluster: {server: 'https://late'}}\ncurrent-context: other\n"], ["base", "", "one"], nil),
        (
            ["one": "users:\n- {name: u, user: {token: first}}\n", "sub/two": "users:\n- {name: u, user: {token: late}}\n"],
            ["one", "sub/two", "base"], nil
        ),
        (["one": "contexts:\n- {name: m, context: {cluster: c, user: u, namespace: first}}\n"], ["one", "base"], nil),
        // Paths are seen from the file they stand in.
        (
            ["sub/one": "clusters:\n- {name: c, cluster: {server: 'https://x', certificate-authority: ../ca.crt}}\n"], ["sub/one", "base"],
            nil
        ),
        (
            ["sub/one": "users:\n- {name: u, user: {client-certificate: ../crt, client-key: ../key}}\n"],
            ["sub/one", "base"], nil
        ),
        (["sub/one": "users:\n- {name: u, user: {tokenFile: /run/t, token: x}}\n"], ["sub/one", "base"], nil),
        (
            [
                "sub/one":
                    "users:\n- name: u\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/login, args: [a, -b], env: [{name: K, value: v}, {name: L}], installHint: get it, interactiveMode: Never, provideClusterInfo: true}}\n"
            ],
            ["sub/one", "base"], nil
        ),
        (
            ["one": "users:\n- name: u\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login}}\n"],
            ["one", "base"], nil
        ),
        // Every other field.
        (
            [
                "one":
                    "clusters:\n- {name: c, cluster: {server: 'https://x/p', tls-server-name: t, insecure-skip-tls-verify: true, proxy-url: 'socks5://p:1', disable-compression: true}}\n"
            ],
            ["one", "base"], nil
        ),
        (["one": "clusters:\n- {name: c, cluster: {server: 'https://x', certificate-authority-data: \(pem)}}\n"], ["one", "base"], nil),
        (["one": "users:\n- {name: u, user: {client-certificate-data: \(pem), client-key-data: \(pem)}}\n"], ["one", "base"], nil),
        (
            [
                "one":
                    "users:\n- {name: u, user: {username: jane, password: pw, as: joe, as-uid: '7', as-groups: [a, b], as-user-extra: {k: [v, w]}}}\n"
            ],
            ["one", "base"], nil
        ),
        (["one": "contexts:\n- {name: b, context: {cluster: c, user: u, namespace: other}}\n"], ["base", "one"], "b"),
        // YAML 1.1, anchors, comments, JSON.
        (
            ["one": "# c\nx-base: &b {server: 'https://x'}\nclusters:\n- name: c\n  cluster: {<<: *b, insecure-skip-tls-verify: yes}\n"],
            ["one", "base"], nil
        ),
        (["one": "{\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https://json\"}}]}"], ["one", "base"], nil),
    ]

    private static let base = """
        apiVersion: v1
        kind: Config
        clusters:
        - {name: c, cluster: {server: "https://api.test:6443"}}
        users:
        - {name: u, user: {token: secret}}
        contexts:
        - {name: m, context: {cluster: c, user: u}}
        current-context: m
        """

    @Test("kubectl reads the same", arguments: readable.indices)
    func same(index: Int) async throws {
        let (files, list, context) = Self.readable[index]
        try await withKubeconfigs(files) { directory in
            let paths = list.map { $0.isEmpty ? "" : "\(directory)/\($0)" }.joined(separator: ":")
            let seen = try await Kubectl.run(
                ["config", "view", "--raw", "--minify", "--flatten", "-o", "json"] + (context.map { ["--context", $0] } ?? []), paths,
                directory)
            try #require(seen.status == 0, "\(seen)")
            let ours = try ClientConfiguration.infer(context: context, environment: ["KUBECONFIG": paths])
            let view = try JSON.parse(seen.output)
            #expect(ours.fieldsOfCluster == view["clusters"]?[0]?["cluster"])
            #expect(ours.fieldsOfUser == view["users"]?[0]?["user"])
            #expect(ours.namespace == view["contexts"]?[0]?["context"]?["namespace"]?.string ?? "default")
        }
    }

    // MARK: What is refused

    static let refused: [(cluster: String, user: String)] = [
        ("certificate-authority-data: \(pem), certificate-authority: ../ca.crt", ""), ("certificate-authority: none.crt", ""),
        ("insecure-skip-tls-verify: true, certificate-authority-data: \(pem)", ""), ("insecure-skip-tls-verify: maybe", ""),
        ("proxy-url: 'ftp://p'", ""), ("proxy-url: 'p'", ""), ("certificate-authority-data: '%'", ""), ("server: 7", ""),
        ("", "token: x, username: y"), ("", "as-uid: x"), ("", "as-groups: [x]"), ("", "as-user-extra: {a: [b]}"),
        ("", "client-certificate: ../crt, client-certificate-data: \(pem), client-key: ../key"),
        ("", "client-certificate: ../crt, client-key-data: \(pem), client-key: ../key"), ("", "client-certificate: ../crt"),
        ("", "client-certificate: none, client-key: ../key"), ("", "tokenFile: none"), ("", "token: [x]"),
        ("", "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"),
        ("", "exec: {command: x, interactiveMode: Never}"),
        ("", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}"),
        ("", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Maybe}"),
        ("", "exec: {apiVersion: client.authentication.k8s.io/v9, command: x, interactiveMode: Never}"),
        ("", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, env: [{value: x}]}"),
        ("", "exec: {apiVersion: client.authentication.k8s.io/v1, command: 'true', interactiveMode: Always}"),
        ("", "auth-provider: {name: azure}"),
    ]

    @Test("what kubectl refuses, we refuse, before a request is sent", arguments: refused.indices)
    func bothRefuse(index: Int) async throws {
        let (cluster, user) = Self.refused[index]
        try await withKubeconfigs(["sub/one": Self.config("https://127.0.0.1:1", cluster, user)]) { directory in
            let path = "\(directory)/sub/one"
            let seen = try await Kubectl.run(["get", "--raw", "/x"], path, directory)
            #expect(seen.status != 0)
            #expect(!seen.errors.contains("refused"), "kubectl tried to connect: \(seen)")
            await #expect(throws: ClientConfigurationError.self) {
                let configuration = try ClientConfiguration.infer(environment: ["KUBECONFIG": path])
                _ = try await Client(configuration) { _ in HTTPClient() }.send(APIRequest(path: "/x"))
            }
        }
    }

    // MARK: What is sent

    static let users = [
        "token: abc", "username: jane, password: 'p:w'", "tokenFile: ../token", "tokenFile: ../token, token: late",
        "token: abc, as: joe",
        "token: abc, as: joe, as-uid: '7', as-groups: [a, 'b c'], as-user-extra: {k: [v, w], 'example.com/ä %': [x]}",
        "token: abc, exec: {apiVersion: client.authentication.k8s.io/v1, command: 'false', interactiveMode: Never}",
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: ../login, args: [from, command], interactiveMode: Never}",
        "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ../login, env: [{name: LOGIN, value: env}]}",
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: ../info, interactiveMode: IfAvailable, provideClusterInfo: true}",
    ]

    @Test("a server can't tell kubectl's requests from ours by who asks", arguments: users)
    func sent(user: String) async throws {
        let certificate = try TestCertificate()
        let version = user.contains("v1beta1") ? "v1beta1" : "v1"
        func script(_ token: String) -> String {
            let head = "{\"apiVersion\":\"client.authentication.k8s.io/\(version)\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\""
            return "#!/bin/sh\necho '\(head)'\(token)'\"}}'\n"
        }
        let files = [
            "token": " from-file\n", "login": script("$1-$2-$LOGIN"),
            // Everything that the command is told, less what a server may not see in a header.
            "info": script(
                "$(printf %s \"$KUBERNETES_EXEC_INFO\" | tr -dc 'a-zA-Z0-9' | sed s/confignull// | fold -w1 | sort | tr -d '\\n')"),
        ]
        try await withKubeconfigs(files) { directory in
            try #require(chmod("\(directory)/login", 0o700) == 0 && chmod("\(directory)/info", 0o700) == 0)
            try await withProbe(certificate) { probe in
                try KubeClientTests.write(certificate.certificate, to: "\(directory)/ca.crt")
                try KubeClientTests.write(
                    Self.config(probe.address, "certificate-authority: ../ca.crt", user), to: "\(directory)/sub/one")
                let path = "\(directory)/sub/one"
                let seen = try await Kubectl.run(["get", "--raw", "/probe"], path, directory)
                try #require(seen.status == 0, "\(seen)")
                let configuration = try ClientConfiguration.infer(environment: ["KUBECONFIG": path])
                let client = try Client(configuration) { try HTTPClient(for: $0) }
                _ = try await client.send(APIRequest(path: "/probe"))
                let fields = probe.fields(of: "/probe").map { fields in
                    fields.filter { $0.name == .authorization || $0.name.canonicalName.hasPrefix("impersonate-") }
                        .map { "\($0.name.canonicalName): \($0.value)" }.sorted()
                }
                try #require(fields.count == 2)
                #expect(fields[0] == fields[1])
                #expect(!fields[1].isEmpty)
            }
        }
    }

    private static func config(_ server: String, _ cluster: String, _ user: String) -> String {
        let cluster = cluster.contains("server:") ? cluster : "server: '\(server)'" + (cluster.isEmpty ? "" : ", ") + cluster
        return """
            current-context: m
            clusters:
            - {name: c, cluster: {\(cluster)}}
            users:
            - {name: u, user: {\(user)}}
            contexts:
            - {name: m, context: {cluster: c, user: u}}

            """
    }

    private func withKubeconfigs(_ files: [String: String], _ body: (String) async throws -> Void) async throws {
        try await withDirectory { directory in
            try #require(mkdirectory("\(directory)/sub"))
            for name in ["ca.crt", "crt", "key"] { try KubeClientTests.write(KubeConfigTests.pem, to: "\(directory)/\(name)") }
            try KubeClientTests.write(Self.base, to: "\(directory)/base")
            if files["one"] == nil { try KubeClientTests.write(Self.base, to: "\(directory)/one") }
            for (name, text) in files { try KubeClientTests.write(text, to: "\(directory)/\(name)") }
            try await body(directory)
        }
    }
}

extension Kubectl {
    static func run(_ arguments: [String], _ kubeconfig: String, _ directory: String) async throws -> Program.Outcome {
        let environment = ["KUBECONFIG": kubeconfig, "HOME": directory, "PATH": ProcessEnvironment.current["PATH"] ?? ""]
        return try await Program(path!, arguments, environment: environment, in: directory).wait()
    }
}

extension ClientConfiguration {
    /// As `kubectl config view --flatten` shows a cluster.
    fileprivate var fieldsOfCluster: JSON {
        var fields: JSONObject = ["server": .string(server)]
        fields.set("tls-server-name", tlsServerName)
        if insecureSkipTLSVerify { fields["insecure-skip-tls-verify"] = true }
        fields.set("certificate-authority-data", certificateAuthority.map { Base64.encode(Array($0.utf8)) })
        fields.set("proxy-url", proxy)
        if disableCompression { fields["disable-compression"] = true }
        return .object(fields)
    }

    /// As `kubectl config view --flatten` shows a user.
    fileprivate var fieldsOfUser: JSON {
        var fields = JSONObject()
        fields.set("client-certificate-data", clientCertificate.map { Base64.encode(Array($0.utf8)) })
        fields.set("client-key-data", clientKey.map { Base64.encode(Array($0.utf8)) })
        switch authentication {
        case .none: break
        case .basic(let user, let password):
            fields.set("username", user)
            fields.set("password", password)
        case .bearer(let token): fields.set("token", token)
        case .tokenFile(let path, let fallback):
            fields.set("tokenFile", path)
            fields.set("token", fallback)
        case .exec(let plugin):
            var exec: JSONObject = ["apiVersion": .string(plugin.apiVersion), "command": .string(plugin.command)]
            let variables = plugin.environment.sorted { $0.key < $1.key }
            exec["args"] = plugin.arguments.isEmpty ? JSON.null : .array(plugin.arguments.map { .string($0) })
            exec["env"] = variables.isEmpty ? JSON.null : .array(variables.map { ["name": .string($0.key), "value": .string($0.value)] })
            exec.set("installHint", plugin.installHint)
            exec["interactiveMode"] = .string(plugin.interactiveMode.rawValue)
            exec["provideClusterInfo"] = .bool(plugin.cluster != nil)
            fields["exec"] = .object(exec)
        }
        if let impersonation {
            fields.set("as", impersonation.user)
            fields.set("as-uid", impersonation.uid)
            if !impersonation.groups.isEmpty { fields["as-groups"] = .array(impersonation.groups.map { .string($0) }) }
            if !impersonation.extra.isEmpty {
                var extra = JSONObject()
                for (key, values) in impersonation.extra { extra[key] = .array(values.map { .string($0) }) }
                fields["as-user-extra"] = .object(extra)
            }
        }
        return .object(fields)
    }
}

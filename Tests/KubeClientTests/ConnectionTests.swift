import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeConnection
import KubeCore
import Testing

/// Certificates on the wire: what a server behind TLS is shown, and what of it is believed.
@Suite struct ConnectionTests {
    private let request = APIRequest(path: "/probe")

    private func client(
        _ directory: String, _ probe: Probe, _ user: String = "{}", cluster: String = "certificate-authority: ca.crt"
    ) throws -> Client {
        let text = kubeconfig(probe, user, cluster: cluster)
        let configuration = try KubeConfig.parse(Array(text.utf8), file: "\(directory)/config").configuration()
        return try Client(configuration) { try HTTPClient(for: $0) }
    }

    private func kubeconfig(_ probe: Probe, _ user: String, cluster: String) -> String {
        """
        current-context: m
        clusters:
        - {name: c, cluster: {server: "\(probe.address)", \(cluster)}}
        users:
        - name: u
          user: \(user)
        contexts:
        - {name: m, context: {cluster: c, user: u}}
        """
    }

    /// The fields of a cluster that say how it is reached, and what comes of it; nil: an answer.
    static let ways: [(cluster: String, failure: TransportError.Code?)] = [
        ("certificate-authority: ca.crt", nil), ("certificate-authority: other.crt", .tls), ("insecure-skip-tls-verify: false", .tls),
        ("insecure-skip-tls-verify: true", nil), ("certificate-authority: ca.crt, tls-server-name: localhost", nil),
        ("certificate-authority: ca.crt, tls-server-name: other.test", .tls),
        ("insecure-skip-tls-verify: true, tls-server-name: other.test", nil),
        ("certificate-authority: ca.crt, proxy-url: 'http://127.0.0.1:1'", .refused),
        ("certificate-authority: ca.crt, proxy-url: 'socks5://127.0.0.1:1'", .refused),
        ("certificate-authority: ca.crt, disable-compression: true", nil),
    ]

    @Test("A cluster is reached as its fields say, and kubectl comes as far as we", arguments: ways)
    func reached(cluster: String, failure: TransportError.Code?) async throws {
        let (certificate, other) = (try TestCertificate(), try TestCertificate())
        try await withTemporaryDirectory { directory in
            try await withProbe(certificate) { probe in
                try Harness.write(certificate.certificate, to: "\(directory)/ca.crt")
                try Harness.write(other.certificate, to: "\(directory)/other.crt")
                let client = try client(directory, probe, "{token: abc}", cluster: cluster)
                if let failure {
                    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
                    #expect(error?.code == failure, "\(error?.message ?? "")")
                } else {
                    #expect(try await client.send(request) == [:])
                }
                guard Kubectl.path != nil else { return }
                let text = kubeconfig(probe, "{token: abc}", cluster: cluster)
                try Harness.write(text, to: "\(directory)/config")
                let seen = try await Kubectl.run(["get", "--raw", "/probe"], "\(directory)/config", directory)
                #expect((seen.status == 0) == (failure == nil), "\(seen)")
            }
        }
    }

    @Test func `Authorities that change in their file are believed with the next request`() async throws {
        let (old, new) = (try TestCertificate(), try TestCertificate())
        try await withTemporaryDirectory { directory in
            try await withProbe(new) { probe in
                try Harness.write(old.certificate, to: "\(directory)/ca.crt")
                let client = try client(directory, probe)
                let error = await #expect(throws: TransportError.self) { try await client.send(request) }
                #expect(error?.code == .tls)
                try Harness.write(new.certificate, to: "\(directory)/ca.crt")
                #expect(try await client.send(request) == [:])
            }
        }
    }

    @Test func `A client certificate that changes in its file is shown with the next request`() async throws {
        let (server, old, new) = (try TestCertificate(), try TestCertificate(), try TestCertificate())
        try await withTemporaryDirectory { directory in
            try await withProbe(server, client: new) { probe in
                try Harness.write(server.certificate, to: "\(directory)/ca.crt")
                try Harness.write(old.certificate, to: "\(directory)/me.crt")
                try Harness.write(old.privateKey, to: "\(directory)/me.key")
                let client = try client(directory, probe, "{client-certificate: me.crt, client-key: me.key}")
                await #expect(throws: TransportError.self) { try await client.send(request) }
                try Harness.write(new.certificate, to: "\(directory)/me.crt")
                try Harness.write(new.privateKey, to: "\(directory)/me.key")
                #expect(try await client.send(request) == [:])
                #expect(probe.fields(of: "/probe").count == 1)
            }
        }
    }

    @Test func `The certificate that a command prints is shown`() async throws {
        let (server, mine, other) = (try TestCertificate(), try TestCertificate(), try TestCertificate())
        try await withTemporaryDirectory { directory in
            func credential(_ certificate: TestCertificate) -> String {
                """
                {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "abc",
                "clientCertificateData": "\(certificate.certificate.split(separator: "\n").joined(separator: "\\n"))",
                "clientKeyData": "\(certificate.privateKey.split(separator: "\n").joined(separator: "\\n"))"}}
                """
            }
            try await withProbe(server, client: mine) { probe in
                try Harness.write(server.certificate, to: "\(directory)/ca.crt")
                try Harness.write(credential(mine), to: "\(directory)/credential")
                let user =
                    "{exec: {apiVersion: client.authentication.k8s.io/v1, command: cat, args: [\(directory)/credential], interactiveMode: Never}}"
                #expect(try await client(directory, probe, user).send(request) == [:])
                #expect(probe.fields(of: "/probe").first?[.authorization] == "Bearer abc")
                try Harness.write(credential(other), to: "\(directory)/credential")
                await #expect(throws: TransportError.self) { try await client(directory, probe, user).send(request) }
            }
        }
    }

    @Test func `A pod believes the authorities and shows the token that the kubelet puts in their place`() async throws {
        let (old, new) = (try TestCertificate(), try TestCertificate())
        try await withTemporaryDirectory { directory in
            // As the kubelet writes a projected volume: a link to the directory of the moment is replaced at once.
            func project(_ certificate: TestCertificate, _ token: String, _ number: Int) throws {
                try #require(mkdirectory("\(directory)/\(number)"))
                try Harness.write(certificate.certificate, to: "\(directory)/\(number)/ca.crt")
                try Harness.write(token, to: "\(directory)/\(number)/token")
                try #require(symlink("\(number)", "\(directory)/new") == 0)
                try #require(rename("\(directory)/new", "\(directory)/..data") == 0)
            }
            try await withProbe(new) { probe in
                try project(old, "first", 1)
                for name in ["ca.crt", "token"] { try #require(symlink("..data/\(name)", "\(directory)/\(name)") == 0) }
                let port = try #require(probe.address.split(separator: ":").last.map(String.init))
                let configuration = try ClientConfiguration.inCluster(
                    environment: ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": port], serviceAccount: directory)
                let client = try Client(configuration) { try HTTPClient(for: $0) }
                await #expect(throws: TransportError.self) { try await client.send(request) }
                try project(new, "second", 2)
                #expect(try await client.send(request) == [:])
                // The token of a moment ago is still believed; another client reads the new one.
                #expect(try await Client(configuration) { try HTTPClient(for: $0) }.send(request) == [:])
                #expect(probe.fields(of: "/probe").map { $0[.authorization] } == ["Bearer first", "Bearer second"])
            }
        }
    }
}

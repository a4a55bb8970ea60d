import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Testing

@Suite("Credentials", .serialized, .timeLimit(.minutes(5)))
struct CredentialTests {
    private static func request(_ port: Int) -> HTTPRequest {
        HTTPRequest(method: .get, scheme: "https", authority: "127.0.0.1:\(port)", path: "/")
    }

    /// The status, or the code of the error.
    private static func get(_ client: HTTPClient, _ port: Int) async throws -> Int {
        try await client.send(request(port)).head.status.code
    }

    /// A server that takes only clients with a certificate by `ours`.
    private static func withStrictServer(_ body: (OpenSSL, Int) async throws -> Void) async throws {
        try await OpenSSL.withCertificates { (openssl) async throws in
            try openssl.makeCertificate("stranger", for: "DNS:stranger.test", by: "other")
            try await openssl.withServer("server", ["-Verify", "1", "-verify_return_error", "-CAfile", openssl.file("ours.pem")]) {
                (port) async throws in try await body(openssl, port)
            }
        }
    }

    private static func pair(_ openssl: OpenSSL, _ name: String) -> HTTPClient.ClientCertificate {
        .init(certificate: openssl.bytes("\(name).pem"), privateKey: openssl.bytes("\(name).key"))
    }

    @Test("replaced ones hold from the next request on")
    func replace() async throws {
        try await Self.withStrictServer { (openssl, port) async throws in
            let ours = openssl.bytes("ours.pem")
            let client = HTTPClient(.init(trustedAuthorities: openssl.bytes("other.pem"), clientCertificate: Self.pair(openssl, "client")))
            let untrusted = await failure { _ = try await Self.get(client, port) }
            #expect(
                untrusted?.message.contains("an authority that is not among the CA bundle given (CN=other)") == true, "\(untrusted as Any)")

            client.replaceCredentials(.init(trustedAuthorities: ours, clientCertificate: Self.pair(openssl, "stranger")))
            let refused = await failure { _ = try await Self.get(client, port) }
            #expect(refused?.message.contains("refuses the client certificate") == true, "\(refused as Any)")
            #expect(refused?.message.contains("subject CN=stranger, names DNS:stranger.test, issuer CN=other") == true, "\(refused as Any)")

            client.replaceCredentials(.init(trustedAuthorities: ours, clientCertificate: Self.pair(openssl, "client")))
            #expect(try await Self.get(client, port) == 200)

            client.replaceCredentials(.init(trustedAuthorities: openssl.bytes("other.pem")))
            #expect(await failure { _ = try await Self.get(client, port) }?.code == .tls)
            await client.shutdown()
        }
    }

    @Test("are never used on a connection made with others")
    func connections() async throws {
        try await HTTP2Server.run { (server, client) async throws in
            _ = try await client.send(server.request("/ok"))
            _ = try await client.send(server.request("/ok"))
            #expect(server.counts.connectionsOpened == 1)
            let authorities = client.configuration.trustedAuthorities ?? []
            client.replaceCredentials(.init(trustedAuthorities: authorities + Array("\n".utf8)))
            _ = try await client.send(server.request("/ok"))
            #expect(server.counts.connectionsOpened == 2)
        }
    }

    @Test("in files are read again when these are replaced; what is broken at the moment does not count")
    func files() async throws {
        try await Self.withStrictServer { (openssl, port) async throws in
            openssl.write("ca", openssl.bytes("other.pem"))
            openssl.write("tls.crt", openssl.bytes("stranger.pem"))
            openssl.write("tls.key", openssl.bytes("stranger.key"))
            let files = HTTPClient.CredentialFiles(
                trustedAuthorities: openssl.file("ca"), certificate: openssl.file("tls.crt"), privateKey: openssl.file("tls.key"),
                interval: .zero)
            let client = HTTPClient(.init(credentialFiles: files))
            let untrusted = await failure { _ = try await Self.get(client, port) }
            #expect(untrusted?.message.contains("not among the CA bundle given (CN=other)") == true, "\(untrusted as Any)")

            openssl.write("ca", openssl.bytes("other.pem") + openssl.bytes("ours.pem"))
            let refused = await failure { _ = try await Self.get(client, port) }
            #expect(refused?.message.contains("subject CN=stranger") == true, "\(refused as Any)")

            openssl.write("tls.crt", openssl.bytes("client.pem"))
            openssl.write("tls.key", openssl.bytes("client.key"))
            #expect(try await Self.get(client, port) == 200)

            openssl.write("ca", "half written")
            #expect(try await Self.get(client, port) == 200)
            unlink(openssl.file("tls.key"))
            #expect(try await Self.get(client, port) == 200)
            await client.shutdown()
        }
    }

    @Test(
        "in files that were never right are refused by name",
        arguments: [
            ("nowhere", nil, nil, "/nowhere can't be opened: No such file or directory"),
            ("junk", nil, nil, "/junk: found no certificate that can be read, wanted PEM"),
            (nil, "ours.pem", nil, "is given without the file of its key"),
            (nil, nil, "ours.key", "is given without the file of its certificate"),
        ] as [(String?, String?, String?, String)])
    func missing(authorities: String?, certificate: String?, key: String?, message: String) async throws {
        try await OpenSSL.withCertificates { (openssl) async throws in
            openssl.write("junk", "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n")
            let files = HTTPClient.CredentialFiles(
                trustedAuthorities: authorities.map(openssl.file), certificate: certificate.map(openssl.file),
                privateKey: key.map(openssl.file))
            let client = HTTPClient(.init(credentialFiles: files))
            let error = await failure { _ = try await Self.get(client, 1) }
            #expect(error?.code == .tls)
            #expect(error?.message.contains(message) == true, "\(error as Any)")
            await client.shutdown()
        }
    }

    @Test("hold up no request when they are looked at seldom")
    func seldom() async throws {
        try await Self.withStrictServer { (openssl, port) async throws in
            openssl.write("ca", openssl.bytes("ours.pem"))
            let files = HTTPClient.CredentialFiles(trustedAuthorities: openssl.file("ca"), interval: .seconds(3600))
            let client = HTTPClient(.init(clientCertificate: Self.pair(openssl, "client"), credentialFiles: files))
            #expect(try await Self.get(client, port) == 200)
            openssl.write("ca", openssl.bytes("other.pem"))
            #expect(try await Self.get(client, port) == 200)
            await client.shutdown()
        }
    }
}

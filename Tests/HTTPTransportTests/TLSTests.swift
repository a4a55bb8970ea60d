import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Testing

@Suite("TLS", .serialized, .timeLimit(.minutes(5)))
struct TLSTests {
    private static func get(_ configuration: HTTPClient.Configuration, _ authority: String, scheme: String = "https") async throws -> Int {
        let client = HTTPClient(configuration)
        let request = HTTPRequest(method: .get, scheme: scheme, authority: authority, path: "/")
        do {
            let status = try await client.send(request).head.status.code
            await client.shutdown()
            return status
        } catch {
            await client.shutdown()
            throw error
        }
    }

    @Test("trusts the CA bundle given, and nobody else, under the right name")
    func verification() async throws {
        try await OpenSSL.withCertificates { (openssl) async throws in
            try await openssl.withServer("server") { (port) async throws in
                let (ours, other) = (openssl.bytes("ours.pem"), openssl.bytes("other.pem"))
                let good: [(HTTPClient.Configuration, String)] = [
                    (.init(trustedAuthorities: ours), "127.0.0.1:\(port)"), (.init(trustedAuthorities: other + ours), "127.0.0.1:\(port)"),
                    (.init(trustedAuthorities: ours, tlsServerName: "right.test"), "localhost:\(port)"),
                    (.init(insecureSkipVerify: true), "localhost:\(port)"),
                ]
                for (configuration, authority) in good { #expect(try await Self.get(configuration, authority) == 200) }
                let bad: [(HTTPClient.Configuration, String, String)] = [
                    (.init(), "127.0.0.1:\(port)", "authority that is not among the system's authorities"),
                    (.init(trustedAuthorities: other), "127.0.0.1:\(port)", "authority that is not among the CA bundle given"),
                    (.init(trustedAuthorities: ours), "localhost:\(port)", "certificate is not for the name localhost"),
                    (.init(trustedAuthorities: ours, tlsServerName: "wrong.test"), "127.0.0.1:\(port)", "not for the name wrong.test"),
                    (.init(trustedAuthorities: Array("nonsense".utf8)), "127.0.0.1:\(port)", "holds no certificate that can be read"),
                ]
                for (configuration, authority, message) in bad {
                    let error = await failure { _ = try await Self.get(configuration, authority) }
                    #expect(error?.code == .tls, "\(error as Any)")
                    #expect(error?.message.contains(message) == true, "\(error as Any)")
                    #expect(error?.message.hasPrefix("\(authority): ") == true)
                }
            }
        }
    }

    @Test("shows a client certificate to a server that asks for one")
    func clientCertificate() async throws {
        try await OpenSSL.withCertificates { (openssl) async throws in
            try await openssl.withServer("server", ["-Verify", "1", "-verify_return_error", "-CAfile", openssl.file("ours.pem")]) {
                (port) async throws in
                let ours = openssl.bytes("ours.pem")
                func configuration(_ certificate: String?, key: String = "client.key") -> HTTPClient.Configuration {
                    let client = certificate.map {
                        HTTPClient.ClientCertificate(certificate: openssl.bytes($0), privateKey: openssl.bytes(key))
                    }
                    return .init(trustedAuthorities: ours, clientCertificate: client)
                }
                #expect(try await Self.get(configuration("client.pem"), "127.0.0.1:\(port)") == 200)
                let none = await failure { _ = try await Self.get(configuration(nil), "127.0.0.1:\(port)") }
                #expect(none?.code == .tls, "\(none as Any)")
                #expect(none?.message.contains("refuses the client certificate, or wants one") == true, "\(none as Any)")
                let wrongKey = await failure { _ = try await Self.get(configuration("client.pem", key: "server.key"), "127.0.0.1:\(port)") }
                #expect(wrongKey?.code == .tls)
                #expect(wrongKey?.message.contains("client certificate or its key") == true, "\(wrongKey as Any)")
            }
        }
    }

    @Test("is told from plain HTTP on either side")
    func mixedUp() async throws {
        try await withServer { connection in
            _ = connection.read(1)
            connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        } _: { server, _ in
            let error = await failure { _ = try await Self.get(.init(), server.authority) }
            #expect(error?.code == .tls)
            #expect(error?.message.contains("check that the server speaks TLS on this port") == true, "\(error as Any)")
        }
        try await OpenSSL.withCertificates { (openssl) async throws in
            try await openssl.withServer("server") { (port) async throws in
                let error = await failure { _ = try await Self.get(.init(), "127.0.0.1:\(port)", scheme: "http") }
                #expect([.closed, .malformed].contains(error?.code), "\(error as Any)")
            }
        }
    }

    @Test("that fails says what was expected and what was found")
    func expectedAndFound() async throws {
        try await OpenSSL.withCertificates { (openssl) async throws in
            try openssl.makeCertificate("old", from: "20200101000000Z", to: "20200131000000Z", by: "ours")
            try openssl.makeCertificate("young", from: "20990101000000Z", to: "20990131000000Z", by: "ours")
            let (ours, other) = (openssl.bytes("ours.pem"), openssl.bytes("other.pem"))
            let cases: [(String, HTTPClient.Configuration, [String])] = [
                (
                    "server", .init(trustedAuthorities: other),
                    [
                        "not among the CA bundle given (CN=other)",
                        "subject CN=server, names DNS:right.test, IP Address:127.0.0.1, issuer CN=ours",
                    ]
                ),
                ("server", .init(), ["not among the system's authorities", "issuer CN=ours"]),
                (
                    "server", .init(trustedAuthorities: ours, tlsServerName: "wrong.test"),
                    ["expected wrong.test, found [subject CN=server, names DNS:right.test, IP Address:127.0.0.1, issuer CN=ours"]
                ),
                (
                    "old", .init(trustedAuthorities: ours),
                    ["has expired", "subject CN=old", "valid from 2020-01-01T00:00:00Z to 2020-01-31T00:00:00Z"]
                ),
                (
                    "young", .init(trustedAuthorities: ours),
                    ["is not valid yet", "subject CN=young", "valid from 2099-01-01T00:00:00Z to 2099-01-31T00:00:00Z"]
                ),
            ]
            for (certificate, configuration, words) in cases {
                let fingerprint = try openssl.fingerprint(certificate)
                #expect(fingerprint.count == 64)
                try await openssl.withServer(certificate) { (port) async throws in
                    let error = await failure { _ = try await Self.get(configuration, "127.0.0.1:\(port)") }
                    #expect(error?.code == .tls)
                    for word in words + ["SHA-256 \(fingerprint)"] {
                        #expect(error?.message.contains(word) == true, "\(error as Any)")
                    }
                }
            }
        }
    }
}

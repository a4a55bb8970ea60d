import HTTPCore
import HTTPTypes
import Synchronization
import Testing

@testable import OCI

private let document = ManifestDocument(Manifest(artifactType: "x/y", config: Descriptor(mediaType: "a/b", of: [1]), layers: []))
private let tag = ArtifactName.one
private let bob = Credential.basic(user: "bob", password: "secret")
private let bearer: HTTPFields = [
    .wwwAuthenticate: #"Bearer realm="https://auth.example/token?x=1",service="r.example",scope="repository:a/b:pull""#
]

private func client(
    _ transport: ScriptedTransport, _ credential: Credential = .anonymous, insecure: Set<String> = [], time: ManualTiming = ManualTiming()
) -> RegistryClient {
    RegistryClient(
        transport: transport,
        configuration: RegistryClient.Configuration(
            credentials: { registry, _ in registry.hasPrefix("r.example") ? credential : .anonymous }, insecureRegistries: insecure,
            retry: .none,
            timing: time.timing))
}

extension RegistryClient {
    fileprivate func manifest(_ text: String = "r.example/a/b:1") async throws -> ManifestDocument {
        let reference = try Reference(parsing: text)
        return try await repository(of: reference).manifest(reference.artifact!)
    }
}

/// Serves the manifest to whoever shows this header.
private func registry(
    wanting authorization: String, _ challenge: HTTPFields, tokens: @escaping @Sendable (HTTPRequest, [UInt8]) -> ScriptedTransport.Answer
) -> ScriptedTransport {
    ScriptedTransport { request, body in
        if request.authority == "auth.example" { return tokens(request, body) }
        guard request.headerFields[.authorization] == authorization else { return .init(401, challenge) }
        return .init(200, [.contentType: MediaType.manifest], document.bytes)
    }
}

@Suite("Authentication")
struct AuthorizationTests {
    @Test("with user and password, sent at once the next time")
    func basic() async throws {
        let transport = registry(wanting: "Basic Ym9iOnNlY3JldA==", [.wwwAuthenticate: #"Basic realm="r""#]) { _, _ in .init(500) }
        let client = client(transport, bob)
        _ = try await client.manifest()
        _ = try await client.manifest()
        #expect(transport.seen.map { $0.request.headerFields[.authorization] != nil } == [false, true, true])
    }

    @Test(
        "with a token, kept per scope until it expires",
        arguments: [
            (Credential.anonymous, nil), (bob, "Basic Ym9iOnNlY3JldA=="),
        ])
    func token(credential: Credential, sent: String?) async throws {
        let transport = registry(wanting: "Bearer t1", bearer) { _, _ in .init(200, text: #"{"token":"t1","expires_in":100}"#) }
        let time = ManualTiming()
        let client = client(transport, credential, time: time)
        _ = try await client.manifest()
        #expect(transport.lines[1] == "GET https://auth.example/token?x=1&service=r.example&scope=repository%3Aa%2Fb%3Apull")
        #expect(transport.seen[1].request.headerFields[.authorization] == sent)
        _ = try await client.manifest()
        #expect(transport.lines.count == 4)
        time.advance(.seconds(95))
        _ = try await client.manifest()
        #expect(transport.lines.count == 7)
    }

    @Test("with an identity token, exchanged in a form")
    func identityToken() async throws {
        let transport = registry(wanting: "Bearer t2", bearer) { request, body in
            #expect(request.method == .post)
            #expect(
                String(decoding: body, as: UTF8.self)
                    == "grant_type=refresh_token&client_id=graft&scope=repository%3Aa%2Fb%3Apull&refresh_token=i%2Bd&service=r.example")
            return .init(200, text: #"{"access_token":"t2"}"#)
        }
        #expect(try await client(transport, .identityToken("i+d")).manifest() == document)
    }

    @Test("fetches a new token once when a kept one is refused, and then says so")
    func refusedToken() async throws {
        let valid = Mutex("t1")
        let transport = ScriptedTransport { request, _ in
            let token = valid.withLock { $0 }
            if request.authority == "auth.example" { return .init(200, text: #"{"token":"\#(token)"}"#) }
            guard request.headerFields[.authorization] == "Bearer \(token)", token != "none" else { return .init(401, bearer) }
            return .init(200, [.contentType: MediaType.manifest], document.bytes)
        }
        let client = client(transport, bob)
        _ = try await client.manifest()
        valid.withLock { $0 = "t2" }
        _ = try await client.manifest()
        #expect(transport.lines.count == 6)
        valid.withLock { $0 = "none" }
        let error = await ociError { _ = try await client.manifest() }
        #expect(error?.code == .unauthorized)
        #expect(error?.message.contains("refuses the credentials") == true)
        #expect(transport.lines.count == 9)
    }

    @Test(
        "without credentials says for which registry to add some",
        arguments: [
            [.wwwAuthenticate: "Basic realm=x"], [.wwwAuthenticate: "Bearer realm=\"https://auth.example/\""],
        ] as [HTTPFields])
    func missing(challenge: HTTPFields) async throws {
        let transport = registry(wanting: "nothing", challenge) { _, _ in .init(401) }
        let error = await ociError { _ = try await client(transport).manifest() }
        #expect(error?.code == .unauthorized)
        #expect(
            error?.message
                == "r.example/a/b:1: the registry r.example wants credentials; add some for r.example to the docker config, or correct the repository's name"
        )
    }

    @Test(
        "refuses a token server without TLS, and answers that are no tokens",
        arguments: [
            (#"Bearer realm="http://auth.example/token""#, "{}", OCIError.Code.tls), (#"Bearer realm="auth""#, "{}", .malformed),
            ("Bearer", "{}", .malformed),
            (#"Bearer realm="https://auth.example/""#, #"{"token":""}"#, .malformed),
            (#"Bearer realm="https://auth.example/""#, #"{"token":"a\r\nb"}"#, .malformed),
            ("Digest realm=x", "{}", .unauthorized),
        ])
    func badTokenServers(challenge: String, answer: String, expected: OCIError.Code) async throws {
        let transport = registry(wanting: "nothing", [.wwwAuthenticate: challenge]) { _, _ in .init(200, text: answer) }
        let error = await ociError { _ = try await client(transport, bob).manifest() }
        #expect(error?.code == expected)
        #expect(error?.message.contains("secret") == false)
        if expected == .tls { #expect(!transport.lines.contains { $0.contains("auth.example") }) }
    }
}

@Suite("A redirect")
struct RedirectTests {
    private static let content: [UInt8] = [1, 2, 3]
    private static let blob = Descriptor(mediaType: "a/b", of: content)

    private static func fetch(_ transport: ScriptedTransport, _ registry: String = "r.example", insecure: Set<String> = []) async throws
        -> [UInt8]
    {
        try await client(transport, bob, insecure: insecure).repository(of: try Reference(parsing: "\(registry)/a:1")).blob(blob, upTo: 10)
    }

    @Test("to another host is followed without credentials, which never come back")
    func otherHost() async throws {
        let transport = ScriptedTransport { request, _ in
            switch (request.authority, request.path, request.headerFields[.authorization] != nil) {
            case ("r.example", "/back", _): .init(200, [:], Self.content)
            case ("r.example", _, false): .init(401, [.wwwAuthenticate: "Basic realm=x"])
            case ("r.example", _, true): .init(307, [.location: "https://cdn.example/x?sig=1"])
            default: .init(302, [.location: "https://r.example/back"])
            }
        }
        #expect(try await Self.fetch(transport) == Self.content)
        let authorized = transport.seen.map { "\($0.request.authority!) \($0.request.headerFields[.authorization] != nil)" }
        #expect(authorized == ["r.example false", "r.example true", "cdn.example false", "r.example false"])
    }

    @Test("to the same host keeps them")
    func sameHost() async throws {
        let transport = ScriptedTransport { request, _ in
            guard request.headerFields[.authorization] != nil else { return .init(401, [.wwwAuthenticate: "Basic realm=x"]) }
            return request.path == "/moved" ? .init(200, [:], Self.content) : .init(308, [.location: "/moved"])
        }
        #expect(try await Self.fetch(transport) == Self.content)
    }

    @Test("another host that asks for credentials gets none")
    func asking() async throws {
        let transport = ScriptedTransport { request, _ in
            request.authority == "r.example"
                ? .init(307, [.location: "https://evil.example/"]) : .init(401, [.wwwAuthenticate: "Basic realm=x"])
        }
        #expect(await code { _ = try await Self.fetch(transport) } == .unauthorized)
        #expect(transport.seen.allSatisfy { $0.request.headerFields[.authorization] == nil })
    }

    @Test(
        "is refused from https to http, without a place, in a circle",
        arguments: [
            ("http://r.example/x", OCIError.Code.tls), ("http://127.0.0.1/x", .tls), ("", .malformed), ("file:///etc/passwd", .malformed),
            ("/again", .malformed),
        ])
    func refused(location: String, expected: OCIError.Code) async throws {
        let transport = ScriptedTransport { _, _ in .init(302, location.isEmpty ? [:] : [.location: location]) }
        #expect(await code { _ = try await Self.fetch(transport) } == expected)
        #expect(transport.lines.count <= 6)
        #expect(transport.lines.allSatisfy { $0.hasPrefix("GET https://r.example/") })
    }
}

@Suite("Plain HTTP")
struct PlainHTTPTests {
    private static func plain() -> ScriptedTransport {
        ScriptedTransport { request, _ in
            guard request.scheme == "http" else { throw TransportError(.tls, "\(request.authority!): the handshake failed") }
            return request.path == "/v2/" ? .init(200) : .init(200, [.contentType: MediaType.manifest], document.bytes)
        }
    }

    @Test(
        "is spoken to this machine and to insecure registries, once HTTPS did not work",
        arguments: [
            ("127.0.0.1:5000", []), ("localhost:5000", []), ("[::1]:5000", []), ("r.example:5000", ["r.example:5000"]),
            ("r.example:5000", ["r.example"]),
        ] as [(String, Set<String>)])
    func allowed(host: String, insecure: Set<String>) async throws {
        let transport = Self.plain()
        let client = client(transport, insecure: insecure)
        _ = try await client.manifest("\(host)/a/b:1")
        _ = try await client.manifest("\(host)/a/b:1")
        #expect(
            transport.lines == ["GET https://\(host)/v2/", "GET http://\(host)/v2/"]
                + [String](repeating: "GET http://\(host)/v2/a/b/manifests/1", count: 2))
    }

    @Test("is not spoken to anyone else")
    func refused() async throws {
        let transport = Self.plain()
        #expect(await code { _ = try await client(transport).manifest() } == .tls)
        #expect(transport.lines == ["GET https://r.example/v2/a/b/manifests/1"])
    }

    @Test("hides no trouble with a certificate")
    func certificate() async throws {
        let transport = ScriptedTransport { request, _ in
            if request.scheme == "http" { return .init(400) }
            throw TransportError(
                .tls, "127.0.0.1:1: the server's certificate is signed by an authority that is not among the system's authorities")
        }
        let error = await ociError { _ = try await client(transport).manifest("127.0.0.1:1/a:1") }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("is signed by an authority") == true)
    }

    @Test("Docker Hub's server has another name than its references")
    func dockerHub() async throws {
        let transport = ScriptedTransport { _, _ in .init(200, [.contentType: MediaType.manifest], document.bytes) }
        _ = try await client(transport).manifest("docker.io/library/a:1")
        #expect(transport.lines == ["GET https://registry-1.docker.io/v2/library/a/manifests/1"])
    }
}

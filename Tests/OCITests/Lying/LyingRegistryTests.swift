import HTTPTypes
import Testing

@testable import OCI

private typealias Request = LoopbackServer.Request
private typealias Connection = LoopbackServer.Connection

private func manifest(_ byte: UInt8) -> ManifestDocument {
    ManifestDocument(Manifest(artifactType: "x/y", config: Descriptor(mediaType: "a/b", of: [byte]), layers: []))
}

extension Connection {
    fileprivate func answer(_ document: ManifestDocument, as type: String? = nil, digest: String? = nil, isHead: Bool = false) {
        let fields = [
            ("Content-Type", type ?? document.descriptor.mediaType), ("Docker-Content-Digest", digest ?? "\(document.descriptor.digest)"),
        ]
        if isHead { return answer(200, fields + [("Content-Length", "\(document.bytes.count)")]) }
        answer(200, fields, document.bytes)
    }
}

/// Each is a way in which a registry has got unverified content past some client.
@Suite("A lying registry", .timeLimit(.minutes(3)))
struct LyingRegistryTests {
    @Test("that answers differently when asked again gets nothing else loaded: a tag is resolved once (kyverno, CVE-2022-47633)")
    func twoAnswers() async throws {
        let (good, evil) = (manifest(1), manifest(2))
        try await withLoopback { request, connection in
            // HEAD and the first GET say one thing, everything later another.
            connection.answer(request.method == "HEAD" ? good : evil, isHead: request.method == "HEAD")
        } _: { (server, repository) async throws in
            let digest = try await repository.resolve(.one).digest
            #expect(digest == good.descriptor.digest)
            #expect(await code { _ = try await repository.manifest(.digest(digest)) } == .digestMismatch)
            #expect(await code { _ = try await ModuleArtifact.find(.digest(digest), in: repository) } == .digestMismatch)
        }
    }

    @Test("that serves another manifest than the digest asked for is refused, whatever its header says (notation-go, CVE-2023-33959)")
    func otherManifest() async throws {
        let (good, evil) = (manifest(1), manifest(2))
        for header in [good.descriptor.digest, evil.descriptor.digest] {
            try await withLoopback { _, connection in
                connection.answer(evil, digest: "\(header)")
            } _: { (_, repository) async throws in
                #expect(await code { _ = try await repository.manifest(.digest(good.descriptor.digest)) } == .digestMismatch)
            }
        }
    }

    @Test("whose HEAD names another digest than the one asked for is refused")
    func otherHead() async throws {
        try await withLoopback { _, connection in
            connection.answer(manifest(2), isHead: true)
        } _: { (_, repository) async throws in
            #expect(await code { _ = try await repository.resolve(.digest(manifest(1).descriptor.digest)) } == .digestMismatch)
        }
    }

    @Test(
        "that names content by a path is refused before anything is asked for or written (containers/image, CVE-2024-3727)",
        arguments: [
            "sha256:../../../../etc/passwd", "sha256:" + String(repeating: "a", count: 61) + "/..",
            "../sha256:" + String(repeating: "a", count: 64),
            "sha256:" + String(repeating: "A", count: 64), "sha256:" + String(repeating: "a", count: 63), "sha256:",
            "sha512:\(String(repeating: "a", count: 64))",
            "sha256:" + String(repeating: "a", count: 64) + "\\u0000", "md5:d41d8cd98f00b204e9800998ecf8427e",
            "sha256:" + String(repeating: "%2e", count: 21) + "a",
        ])
    func pathDigest(digest: String) async throws {
        let config = #"{"mediaType":"a/b","digest":"\#(digest)","size":1}"#
        let good = #"{"mediaType":"a/b","digest":"\#(Digest(of: [1]))","size":1}"#
        let texts = [
            #"{"schemaVersion":2,"config":\#(config),"layers":[]}"#, #"{"schemaVersion":2,"config":\#(good),"layers":[\#(config)]}"#,
            #"{"schemaVersion":2,"manifests":[\#(config)]}"#, #"{"schemaVersion":2,"config":\#(good),"layers":[],"subject":\#(config)}"#,
        ]
        let header = digest.replacing("\\u0000", with: "")
        let document = manifest(1)
        try await withLoopback { request, connection in
            let tag = Int(request.path.split(separator: "/").last ?? "") ?? 0
            // In a header it is no digest, and the body counts alone.
            if tag == 9 { return connection.answer(document, digest: header, isHead: request.method == "HEAD") }
            connection.answer(200, text: texts[tag])
        } _: { (server, repository) async throws in
            for tag in texts.indices {
                let name = ArtifactName.tag(try Tag("\(tag)"))
                #expect(await code { _ = try await repository.manifest(name) } == .malformed)
                #expect(await code { _ = try await ModuleArtifact.find(name, in: repository) } == .malformed)
            }
            #expect(server.lines.allSatisfy { $0.hasPrefix("GET /v2/a/b/manifests/") && $0.utf8.count == 23 })
            if (try? Digest(parsing: header)) == nil {
                #expect(try await repository.resolve(.tag(try Tag("9"))).digest == document.descriptor.digest)
            }
        }
    }

    @Test("a document that is manifest and index at once is neither (image-spec, GHSA-77vh-xpmg-72qh; CVE-2021-41190)")
    func ambiguous() async throws {
        let config = #"{"mediaType":"a/b","digest":"\#(Digest(of: [1]))","size":1}"#
        for type in ["", #""mediaType":"\#(MediaType.manifest)","#, #""mediaType":"\#(MediaType.index)","#] {
            let text = #"{"schemaVersion":2,\#(type)"config":\#(config),"layers":[],"manifests":[]}"#
            for header in [MediaType.manifest, MediaType.index, "application/json"] {
                try await withLoopback { _, connection in
                    connection.answer(200, [("Content-Type", header)], text: text)
                } _: { (_, repository) async throws in
                    #expect(await code { _ = try await repository.manifest(.one) } == .malformed)
                    let digest = Digest(of: Array(text.utf8))
                    #expect(await code { _ = try await repository.manifest(.digest(digest)) } == .malformed)
                }
            }
        }
    }

    @Test(
        "a document that was announced as another type is refused (containerd, GHSA-5j5w-g665-5m35)",
        arguments: [MediaType.index, MediaType.dockerManifest, MediaType.dockerIndex, "text/html"])
    func mediaTypes(type: String) async throws {
        try await withLoopback { _, connection in
            connection.answer(manifest(1), as: type)
        } _: { (_, repository) async throws in
            #expect(await code { _ = try await repository.manifest(.one) } == .malformed)
            #expect(await code { _ = try await repository.manifest(.digest(manifest(1).descriptor.digest)) } == .malformed)
        }
    }

    @Test("duplicate members, deep nesting and what is no JSON are refused", arguments: ["duplicate", "deep", "text", "utf8", "empty"])
    func malformed(kind: String) async throws {
        let config = #"{"mediaType":"a/b","digest":"\#(Digest(of: [1]))","size":1}"#
        let bytes: [UInt8]
        switch kind {
        case "duplicate": bytes = Array(#"{"schemaVersion":2,"config":\#(config),"layers":[],"layers":[\#(config)]}"#.utf8)
        case "deep": bytes = Array((String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000)).utf8)
        case "text": bytes = Array("<html>".utf8)
        case "utf8": bytes = Array(#"{"schemaVersion":2,"annotations":{"a":""#.utf8) + [0xFF] + Array(#""}}"#.utf8)
        default: bytes = []
        }
        try await withLoopback { _, connection in
            connection.answer(200, [], bytes)
        } _: { (_, repository) async throws in
            #expect(await code { _ = try await repository.manifest(.one) } == .malformed)
        }
    }

    @Test("an artifact of too many or too large signatures is not fetched (cosign, CVE-2023-46737)")
    func manySignatures() async throws {
        // The layers announce what no honest signature has; none of them may be asked for.
        let layers = (0..<2000).map { Descriptor(mediaType: "a/b", digest: Digest(of: [UInt8($0 & 255), UInt8($0 >> 8)]), size: 1 << 40) }
        let document = ManifestDocument(Manifest(config: Descriptor(mediaType: "a/b", of: [1]), layers: layers))
        try await withLoopback { _, connection in
            connection.answer(document)
        } _: { (server, repository) async throws in
            let found = try await repository.manifest(.one).manifest
            let error = await ociError { _ = try await repository.blob(found!.layers[0], upTo: 1 << 20) }
            #expect(error?.code == .tooLarge)
            #expect(server.lines.count == 1)
        }
    }

    @Test("what it says in errors is shown short and clean, and never when it repeats what it was sent")
    func errors() async throws {
        try await withLoopback(
            { request, connection in
                guard let sent = request.fields["authorization"] else {
                    return connection.answer(401, [("WWW-Authenticate", "Basic realm=x")])
                }
                connection.answer(418, text: #"{"errors":[{"code":"X","message":"you sent \#(sent) \u0007, I mean hunter2"}]}"#)
            }, credential: .basic(user: "bob", password: "hunter2")
        ) { (_, repository) async throws in
            let error = await ociError { _ = try await repository.manifest(.one) }
            #expect(error?.code == .malformed)
            #expect(error?.message.contains("hunter2") == false)
            #expect(error?.message.contains("Ym9iOmh1bnRlcjI=") == false)
        }
        try await withLoopback { _, connection in
            connection.answer(418, text: #"{"errors":[{"code":"X","message":"\u0007\u001b[31m\#(String(repeating: "x", count: 9999))"}]}"#)
        } _: { (_, repository) async throws in
            let error = await ociError { _ = try await repository.manifest(.one) }
            #expect((error?.message.count ?? 9999) < 500)
            #expect(error?.message.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
        }
    }
}

@Suite("A redirecting registry", .timeLimit(.minutes(3)))
struct RedirectingRegistryTests {
    private static let content: [UInt8] = [1, 2, 3]
    private static let blob = Descriptor(mediaType: "a/b", of: content)
    private static let bob = Credential.basic(user: "bob", password: "hunter2")

    @Test("leads to content elsewhere, which is asked for without credentials, cookies and referrer")
    func elsewhere() async throws {
        let other = LoopbackServer { _, connection in connection.answer(200, [("Set-Cookie", "b=2")], Self.content) }
        defer { other.stop() }
        try await withLoopback(
            { request, connection in
                guard request.fields["authorization"] != nil else {
                    return connection.answer(401, [("WWW-Authenticate", "Basic realm=x"), ("Set-Cookie", "a=1")])
                }
                connection.answer(307, [("Location", "http://\(other.authority)/signed?X-Sig=s3cret"), ("Set-Cookie", "a=1; Path=/")])
            }, credential: Self.bob
        ) { (server, repository) async throws in
            for _ in 0..<2 { #expect(try await repository.blob(Self.blob, upTo: 3) == Self.content) }
            #expect(other.lines == ["GET /signed?X-Sig=s3cret", "GET /signed?X-Sig=s3cret"])
            for request in other.seen + server.seen {
                #expect(request.fields["cookie"] == nil)
                #expect(request.fields["referer"] == nil)
            }
            #expect(other.seen.allSatisfy { $0.fields["authorization"] == nil })
        }
    }

    @Test("to something else than the content gets nothing accepted")
    func otherContent() async throws {
        let other = LoopbackServer { _, connection in connection.answer(200, [], [1, 2, 4]) }
        defer { other.stop() }
        try await withLoopback { _, connection in
            connection.answer(302, [("Location", "http://\(other.authority)/x?sig=s3cret")])
        } _: { (_, repository) async throws in
            let error = await ociError { _ = try await repository.blob(Self.blob, upTo: 3) }
            #expect(error?.code == .digestMismatch)
            #expect(error?.message.contains("s3cret") == false)
        }
    }

    @Test("in circles is left after a few rounds")
    func circles() async throws {
        try await withLoopback { request, connection in
            connection.answer(302, [("Location", request.path.contains("x") ? "/v2/a/b/blobs/y" : "/x")])
        } _: { (server, repository) async throws in
            #expect(await code { _ = try await repository.blob(Self.blob, upTo: 3) } == .malformed)
            #expect(server.lines.count == 6)
        }
    }

    @Test(
        "to this machine's own addresses, or those of its link, is not followed from out there",
        arguments: [
            ("https://169.254.169.254/latest/meta-data/", false), ("https://[fe80::1]/x", false), ("https://[fd00:ec2::254]/x", false),
            ("https://[::ffff:169.254.169.254]/x", false), ("https://0xA9FEA9FE/x", false), ("https://2852039166/x", false),
            ("https://127.0.0.1/x", false), ("https://127.1:80/x", false), ("https://localhost./x", false),
            ("https://a.localhost/x", false),
            ("https://[::1]/x", false), ("https://[::]/x", false), ("https://0/x", false), ("https://[::ffff:7f00:1]/x", false),
            ("https://cdn.example/x", true), ("https://10.0.0.1/x", true), ("https://[2001:db8::1]/x", true),
        ])
    func addresses(target: String, isFollowed: Bool) throws {
        let registry = RemoteURL(scheme: "https", authority: "registry.example", path: "/")
        let target = try #require(RemoteURL(parsing: target))
        #expect(registry.mayLead(to: target) == isFollowed)
        // Whoever is there may lead there.
        #expect(target.mayLead(to: target))
    }

    @Test("of an upload, to a host of its own, gets no content and no credentials")
    func upload() async throws {
        let other = LoopbackServer { _, connection in connection.answer(201) }
        defer { other.stop() }
        for status in [202, 307] {
            try await withLoopback(
                { request, connection in
                    guard request.fields["authorization"] != nil else {
                        return connection.answer(401, [("WWW-Authenticate", "Basic realm=x")])
                    }
                    if request.method == "HEAD" { return connection.answer(404, [("Content-Length", "0")]) }
                    connection.answer(status, [("Location", "http://\(other.authority)/upload")])
                }, credential: Self.bob
            ) { (_, repository) async throws in
                let found = await code { try await repository.push(.bytes(Self.content), as: Self.blob) }
                #expect(found == (status == 202 ? .unsupported : .malformed))
            }
        }
        #expect(other.lines.isEmpty)
    }

    @Test("of a list to another host is not followed")
    func pages() async throws {
        let other = LoopbackServer { _, connection in connection.answer(200, text: #"{"tags":["evil"]}"#) }
        defer { other.stop() }
        try await withLoopback { _, connection in
            connection.answer(200, [("Link", "<http://\(other.authority)/v2/x>; rel=\"next\"")], text: #"{"tags":["a"]}"#)
        } _: { (_, repository) async throws in
            #expect(await code { _ = try await repository.tags() } == .malformed)
        }
        #expect(other.lines.isEmpty)
    }

    @Test("of a list to itself, or without end, is left")
    func endlessPages() async throws {
        let page = Counter()
        try await withLoopback { _, connection in
            connection.answer(200, [("Link", "</v2/a/b/tags/list?n=1000&last=\(page.add())>; rel=\"next\"")], text: #"{"tags":["a"]}"#)
        } _: { (server, repository) async throws in
            #expect(await code { _ = try await repository.tags() } == .tooLarge)
            #expect(server.lines.count == 100)
        }
        try await withLoopback { request, connection in
            connection.answer(200, [("Link", "<\(request.path)>; rel=\"next\"")], text: #"{"tags":["a"]}"#)
        } _: { (server, repository) async throws in
            #expect(try await repository.tags().map(\.description) == ["a"])
            #expect(server.lines.count == 1)
        }
    }
}

@Suite("A lying token server", .timeLimit(.minutes(3)))
struct LyingTokenServerTests {
    private static let bob = Credential.basic(user: "bob", password: "hunter2")
    private static let document = manifest(1)

    private static func run(
        realm: String, scope: String = "", configuration: RegistryClient.Configuration = .init(),
        _ body: (LoopbackServer, Repository) async throws -> Void
    ) async throws {
        try await withLoopback(
            { request, connection in
                guard request.fields["authorization"] == "Bearer t" else {
                    return connection.answer(401, [("WWW-Authenticate", "Bearer realm=\"\(realm)\",service=\"s\"\(scope)")])
                }
                connection.answer(document)
            }, credential: bob, configuration: configuration, body)
    }

    @Test("gets user and password of that registry alone, and only from one that asks; a token is fetched once for all who wait for it")
    func once() async throws {
        let tokens = LoopbackServer { _, connection in connection.answer(200, text: #"{"token":"t","expires_in":300}"#) }
        defer { tokens.stop() }
        try await Self.run(realm: "http://\(tokens.authority)/token") { (server, repository) async throws in
            try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
                for index in 0..<8 {
                    group.addTask { _ = try await repository.manifest(index % 2 == 0 ? .one : .digest(Self.document.descriptor.digest)) }
                }
                try await group.waitForAll()
            }
            #expect(tokens.lines == ["GET /token?service=s&scope=repository%3Aa%2Fb%3Apull"])
            #expect(tokens.seen[0].fields["authorization"] == "Basic Ym9iOmh1bnRlcjI=")
            #expect(server.seen.allSatisfy { [nil, "Bearer t"].contains($0.fields["authorization"]) })
        }
    }

    @Test("that is not among those the configuration knows is not asked")
    func unknown() async throws {
        let tokens = LoopbackServer { _, connection in connection.answer(200, text: #"{"token":"t"}"#) }
        defer { tokens.stop() }
        try await Self.run(realm: "http://\(tokens.authority)/token") { (server, _) async throws in
            var configuration = RegistryClient.Configuration()
            configuration.tokenServers = [server.authority: ["auth.example"]]
            let challenge: HTTPFields = [.wwwAuthenticate: "Bearer realm=\"https://\(tokens.authority)/\""]
            let transport = ScriptedTransport { request, _ in request.path == "/v2/" ? .init(200) : .init(401, challenge) }
            let client = RegistryClient(transport: transport, configuration: configuration)
            let repository = client.repository(of: try Reference(parsing: "\(server.authority)/a/b:1"))
            let error = await ociError { _ = try await repository.manifest(.one) }
            #expect(error?.code == .denied)
            #expect(error?.message.contains("tokenServers") == true)
        }
        #expect(tokens.lines.isEmpty)
    }

    @Test(
        "that is this machine, or on its link, is not asked for a registry out there",
        arguments: ["https://169.254.169.254/token", "https://127.0.0.1:10250/token", "https://localhost/token", "https://[::1]/token"])
    func inside(realm: String) async throws {
        let transport = ScriptedTransport { _, _ in .init(401, [.wwwAuthenticate: "Bearer realm=\"\(realm)\""]) }
        let configuration = RegistryClient.Configuration(credentials: { _, _ in Self.bob })
        let repository = RegistryClient(transport: transport, configuration: configuration)
            .repository(of: try Reference(parsing: "registry.example/a/b:1"))
        #expect(await code { _ = try await repository.manifest(.one) } == .malformed)
        #expect(Set(transport.seen.map(\.request.authority)) == ["registry.example"])
    }

    @Test(
        "is not asked for more than the request needs, whatever the registry wishes",
        arguments: [
            ("repository:a/b:pull", "repository:a/b:pull"), ("repository:a/b:pull,push,delete", "repository:a/b:pull"),
            ("repository:other/victim:pull,push", "repository:a/b:pull"), ("repository:remote/a/b:pull", "repository:remote/a/b:pull"),
            ("repository:other:*", "repository:a/b:pull"),
        ])
    func scope(wanted: String, asked: String) {
        let scope = TokenScope(registry: "r", repository: "a/b", access: .pull)
        #expect(scope.names(wanted: wanted) == [asked])
    }

    @Test("that repeats the password in its error is not quoted")
    func echo() async throws {
        let tokens = LoopbackServer { _, connection in
            connection.answer(500, text: #"{"errors":[{"code":"X","message":"hunter2 Ym9iOmh1bnRlcjI="}]}"#)
        }
        defer { tokens.stop() }
        var configuration = RegistryClient.Configuration()
        configuration.retry = .none
        try await Self.run(realm: "http://\(tokens.authority)/", configuration: configuration) { (_, repository) async throws in
            let error = await ociError { _ = try await repository.manifest(.one) }
            #expect(error?.code == .serverFailed)
            #expect(error?.message.contains("hunter2") == false)
        }
    }
}

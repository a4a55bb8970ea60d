import Synchronization
import Testing

@testable import OCI

private let content = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 11 &+ $0 / 255) }
private let blob = Descriptor(mediaType: "a/b", of: content)
private let small = Descriptor(mediaType: "a/b", of: [1, 2, 3])
private let document = ManifestDocument(Manifest(artifactType: "x/y", config: small, layers: [blob]))
private let other = ManifestDocument(Manifest(artifactType: "x/z", config: small, layers: []))

@Suite("Mirrors", .timeLimit(.minutes(3)))
struct MirrorTests {
    /// Serves all, the way a registry does.
    private static func honest(_ request: LoopbackServer.Request, _ connection: LoopbackServer.Connection) {
        let name = request.path.split(separator: "/").last.map(String.init) ?? ""
        if request.path.contains("/blobs/") {
            let bytes = name == "\(blob.digest)" ? content : [1, 2, 3]
            guard let start = request.rangeStart else { return connection.answer(200, [], bytes) }
            return connection.answer(206, [("Content-Range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")], Array(bytes[start...]))
        }
        guard request.path.contains("/manifests/") else { return connection.answer(200, text: #"{"tags":["origin"]}"#) }
        let fields = [("Content-Type", MediaType.manifest), ("Docker-Content-Digest", "\(document.descriptor.digest)")]
        if request.method == "HEAD" { return connection.answer(200, fields + [("Content-Length", "\(document.bytes.count)")]) }
        connection.answer(200, fields, document.bytes)
    }

    /// Runs the body with the origin and mirrors before it.
    private static func run(
        tags: Bool = false, time: ManualTiming = ManualTiming(),
        mirrors: [@Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void],
        origin: @escaping @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { honest($0, $1) },
        _ body: ([LoopbackServer], LoopbackServer, Repository) async throws -> Void
    ) async throws {
        let servers = mirrors.map { LoopbackServer($0) }
        defer { for server in servers { server.stop() } }
        var configuration = RegistryClient.Configuration()
        configuration.mirrors["*"] = servers.map { RegistryMirror(registry: $0.authority, prefix: "cache/hub", resolvesTags: tags) }
        try await withLoopback(origin, time: time, configuration: configuration) { (loopback, repository) async throws in
            try await body(servers, loopback, repository)
        }
    }

    @Test("are asked in order, before the registry, for what is named by a digest")
    func order() async throws {
        try await Self.run(mirrors: [{ _, connection in connection.answer(404) }, { Self.honest($0, $1) }]) {
            (mirrors, origin, repository) async throws in
            #expect(try await repository.manifest(.digest(document.descriptor.digest)) == document)
            #expect(try await repository.blob(blob, upTo: blob.size) == content)
            #expect(try await repository.resolve(.digest(document.descriptor.digest)).digest == document.descriptor.digest)
            let path = "/v2/cache/hub/a/b"
            for mirror in mirrors {
                #expect(
                    mirror.lines == [
                        "GET \(path)/manifests/\(document.descriptor.digest)", "GET \(path)/blobs/\(blob.digest)",
                        "HEAD \(path)/manifests/\(document.descriptor.digest)",
                    ])
            }
            #expect(origin.lines.isEmpty)
        }
    }

    @Test("say what tags stand for only where the configuration trusts them with that", arguments: [true, false])
    func tags(areTrusted: Bool) async throws {
        let lying: @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { request, connection in
            let fields = [("Content-Type", MediaType.manifest), ("Docker-Content-Digest", "\(other.descriptor.digest)")]
            if request.method == "HEAD" { return connection.answer(200, fields + [("Content-Length", "\(other.bytes.count)")]) }
            connection.answer(200, fields, other.bytes)
        }
        try await Self.run(tags: areTrusted, mirrors: [lying]) { (mirrors, origin, repository) async throws in
            let wanted = areTrusted ? other : document
            #expect(try await repository.resolve(.one).digest == wanted.descriptor.digest)
            #expect(try await repository.manifest(.one) == wanted)
            #expect(mirrors[0].lines.isEmpty != areTrusted)
            #expect(origin.lines.isEmpty == areTrusted)
        }
    }

    @Test("get no pushes, and list no tags")
    func pushes() async throws {
        try await Self.run(
            tags: true, mirrors: [{ Self.honest($0, $1) }],
            origin: { request, connection in
                if request.path.contains("tags") { return Self.honest(request, connection) }
                connection.answer(request.method == "PUT" ? 201 : 200, [])
            }
        ) { (mirrors, origin, repository) async throws in
            #expect(try await repository.tags().map(\.description) == ["origin"])
            try await repository.push(document, tag: nil)
            _ = try await repository.contains(Descriptor(mediaType: "a/b", of: []))
            #expect(mirrors[0].lines.isEmpty)
            #expect(origin.lines.count == 3)
        }
    }

    @Test("that serve other bytes are left out, and not asked again for a while", arguments: ["manifest", "small blob", "large blob"])
    func forgery(kind: String) async throws {
        let time = ManualTiming()
        let forging: @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { request, connection in
            if request.path.contains("manifests") { return connection.answer(200, [("Content-Type", MediaType.manifest)], other.bytes) }
            connection.answer(200, [], request.path.hasSuffix("\(blob.digest)") ? content.reversed() : [3, 2, 1])
        }
        try await Self.run(time: time, mirrors: [forging]) { (mirrors, origin, repository) async throws in
            func pull() async throws {
                switch kind {
                case "manifest": #expect(try await repository.manifest(.digest(document.descriptor.digest)) == document)
                case "small blob": #expect(try await repository.blob(small, upTo: 3) == [1, 2, 3])
                default:
                    // What was handed on can't be taken back: the caller is told that it may begin anew.
                    var taken: [UInt8] = []
                    do {
                        try await repository.blob(blob) { taken += $0 }
                        #expect(taken == content)
                    } catch let error as OCIError {
                        #expect(error.code == .digestMismatch)
                        #expect(error.isReadElsewhereNext)
                        #expect(try await repository.blob(blob, upTo: blob.size) == content)
                    }
                }
            }
            try await pull()
            try await pull()
            #expect(mirrors[0].lines.count == 1)
            #expect(origin.lines.count == 2)
            time.advance(.seconds(601))
            try await pull()
            #expect(mirrors[0].lines.count == 2)
        }
    }

    @Test("that break off are followed by the next, from where they broke")
    func resume() async throws {
        let breaking: @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { _, connection in
            connection.head(200, [("Content-Length", "\(content.count)")])
            connection.send(Array(content.prefix(50_000)))
            connection.hangUp()
        }
        try await Self.run(mirrors: [breaking]) { (mirrors, origin, repository) async throws in
            #expect(try await repository.blob(blob, upTo: blob.size) == content)
            #expect(mirrors[0].lines.count == 1)
            #expect(origin.seen.map { $0.fields["range"] } == ["bytes=50000-"])
        }
    }

    @Test("that fail are tried again only after a while, as long as they ask", arguments: [(500, nil, 31), (429, "120", 121)])
    func rest(status: Int, wait: String?, seconds: Int) async throws {
        let time = ManualTiming()
        let failing: @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { _, connection in
            connection.answer(status, wait.map { [("Retry-After", $0)] } ?? [])
        }
        try await Self.run(time: time, mirrors: [failing]) { (mirrors, _, repository) async throws in
            for _ in 0..<3 { _ = try await repository.manifest(.digest(document.descriptor.digest)) }
            #expect(mirrors[0].lines.count == 1)
            time.advance(.seconds(seconds))
            _ = try await repository.manifest(.digest(document.descriptor.digest))
            #expect(mirrors[0].lines.count == 2)
        }
    }

    @Test("do not decide: what the registry answers is the error, and theirs is named beside it")
    func errors() async throws {
        try await Self.run(
            mirrors: [{ _, connection in connection.answer(403) }], origin: { _, connection in connection.answer(404) }
        ) { (mirrors, _, repository) async throws in
            let error = await ociError { _ = try await repository.manifest(.digest(document.descriptor.digest)) }
            #expect(error?.code == .manifestUnknown)
            #expect(error?.message.contains("at a mirror: \(mirrors[0].authority)/cache/hub/a/b@") == true)
            let blobError = await ociError { _ = try await repository.blob(blob, upTo: blob.size) }
            #expect(blobError?.code == .blobUnknown)
            #expect(blobError?.message.contains("at a mirror: \(mirrors[0].authority)") == true)
        }
    }

    @Test("get their own credentials, never the registry's")
    func credentials() async throws {
        let asking: @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { _, connection in
            connection.answer(401, [("WWW-Authenticate", "Basic realm=x")])
        }
        let mirror = LoopbackServer(asking)
        defer { mirror.stop() }
        let asked = Mutex<[String]>([])
        var configuration = RegistryClient.Configuration(credentials: { registry, repository in
            asked.withLock { $0.append("\(registry)/\(repository)") }
            return registry == mirror.authority ? .anonymous : .basic(user: "bob", password: "hunter2")
        })
        configuration.mirrors["*"] = [RegistryMirror(registry: mirror.authority)]
        try await withLoopback(
            { request, connection in
                guard request.fields["authorization"] != nil else { return asking(request, connection) }
                Self.honest(request, connection)
            }, configuration: configuration
        ) { (origin, repository) async throws in
            #expect(try await repository.manifest(.digest(document.descriptor.digest)) == document)
            #expect(mirror.seen.allSatisfy { $0.fields["authorization"] == nil })
            #expect(asked.withLock { $0 } == ["\(mirror.authority)/a/b", "\(origin.authority)/a/b"])
        }
    }
}

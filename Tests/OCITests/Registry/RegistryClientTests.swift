import HTTPCore
import HTTPTypes
import JSON
import Synchronization
import Testing

@testable import OCI

private let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
private let blob = Descriptor(mediaType: "a/b", of: content)
private let document = ManifestDocument(Manifest(artifactType: "x/y", config: blob, layers: []))

private func repository(
    _ transport: ScriptedTransport, _ credential: Credential = .anonymous, insecure: Set<String> = [], time: ManualTiming = ManualTiming(),
    retry: RetryPolicy = RetryPolicy()
) throws -> Repository {
    let configuration = RegistryClient.Configuration(
        credentials: { registry, _ in registry == "r.example" ? credential : .anonymous }, insecureRegistries: insecure, retry: retry,
        timing: time.timing)
    return RegistryClient(transport: transport, configuration: configuration).repository(of: try Reference(parsing: "r.example/a/b:1"))
}

private let tag = ArtifactName.one

@Suite("A registry client")
struct RegistryClientTests {
    @Test("resolves with HEAD alone when it is told the digest")
    func head() async throws {
        let transport = ScriptedTransport { _, _ in
            .init(
                200,
                [
                    .contentType: "\(MediaType.manifest); charset=x", .contentLength: "\(document.bytes.count)",
                    .contentDigest: document.descriptor.digest.description,
                ])
        }
        let found = try await repository(transport).resolve(tag)
        #expect(found.digest == document.descriptor.digest)
        #expect(transport.lines == ["HEAD https://r.example/v2/a/b/manifests/1"])
        #expect(transport.seen[0].request.headerFields[.accept] == MediaType.accepted)
    }

    @Test("hashes the body itself when HEAD has no digest", arguments: [[:], [HTTPField.Name.contentDigest: "md5:0"]] as [HTTPFields])
    func headWithoutDigest(fields: HTTPFields) async throws {
        let transport = ScriptedTransport { request, _ in
            request.method == .head ? .init(200, fields) : .init(200, [.contentType: MediaType.manifest], document.bytes)
        }
        #expect(try await repository(transport).resolve(tag).digest == document.descriptor.digest)
        #expect(transport.lines.count == 2)
    }

    @Test(
        "asks no address of its own link, where clouds tell machines their secrets, unless that is configured",
        arguments: ["169.254.169.254", "169.254.169.254:80", "[fe80::1]:5000", "[fd00:ec2::254]", "0xa9fea9fe:80"])
    func linkLocal(host: String) async throws {
        let transport = ScriptedTransport { _, _ in .init(200, [.contentType: MediaType.manifest], document.bytes) }
        func repository(_ configuration: RegistryClient.Configuration) throws -> Repository {
            RegistryClient(transport: transport, configuration: configuration).repository(of: try Reference(parsing: "\(host)/a/b:1"))
        }
        let error = await ociError { _ = try await repository(RegistryClient.Configuration()).manifest(tag) }
        #expect(error?.code == .denied)
        #expect(error?.message.contains(host) == true)
        #expect(transport.lines.isEmpty)
        #expect(try await repository(RegistryClient.Configuration(insecureRegistries: [host])).manifest(tag) == document)
    }

    @Test("asks for content as it is, and takes none that is packed for what it unpacks to")
    func encoded() async throws {
        let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let transport = ScriptedTransport { _, _ in .init(200, [.contentEncoding: "gzip"], packed) }
        let error = await ociError { _ = try await repository(transport).blob(blob, upTo: content.count) }
        #expect(error?.code == .sizeMismatch)
        #expect(transport.seen.allSatisfy { [nil, "identity"].contains($0.request.headerFields[.acceptEncoding]) })
    }

    @Test("refuses a manifest with another digest, and names both")
    func wrongManifest() async throws {
        let other = Digest(of: [1])
        let transport = ScriptedTransport { _, _ in .init(200, [.contentType: MediaType.manifest], document.bytes) }
        let error = await ociError { _ = try await repository(transport).manifest(.digest(other)) }
        #expect(error?.code == .digestMismatch)
        #expect(error?.message.contains("wanted \(other), found \(document.descriptor.digest)") == true)
    }

    @Test("refuses a tag whose bytes are not what the registry says they are")
    func lyingHeader() async throws {
        let transport = ScriptedTransport { _, _ in
            .init(200, [.contentType: MediaType.manifest, .contentDigest: "\(Digest(of: [1]))"], document.bytes)
        }
        #expect(await code { _ = try await repository(transport).manifest(tag) } == .digestMismatch)
    }

    @Test("stops at a manifest that is too large, announced or not", arguments: [true, false])
    func largeManifest(isAnnounced: Bool) async throws {
        let transport = ScriptedTransport { _, _ in
            .init(200, isAnnounced ? [.contentLength: "5000000"] : [:], [UInt8](repeating: 32, count: 5_000_000))
        }
        #expect(await code { _ = try await repository(transport).manifest(tag) } == .tooLarge)
    }

    @Test(
        "hands on no byte too many, and accepts no other content",
        arguments: [("longer", OCIError.Code.sizeMismatch), ("shorter", .sizeMismatch), ("reversed", .digestMismatch)])
    func wrongBlob(kind: String, code expected: OCIError.Code) async throws {
        let bytes = kind == "longer" ? content + [1] : kind == "shorter" ? Array(content.dropLast()) : content.reversed()
        let transport = ScriptedTransport { _, _ in .init(200, [:], bytes) }
        var received = 0
        let error = await ociError { try await repository(transport).blob(blob) { received += $0.count } }
        #expect(error?.code == expected)
        #expect(error?.message.contains(blob.digest.description) == true)
        #expect(received <= blob.size)
    }

    @Test("takes a download up again where it broke", arguments: [true, false])
    func resume(hasRanges: Bool) async throws {
        let breaks = Mutex([1700, 1000])
        let transport = ScriptedTransport { request, _ in
            let range = request.headerFields[.range].flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
            let next = breaks.withLock { $0.popLast() }
            guard range > 0, hasRanges else { return .init(200, [:], content, breaksAfter: next) }
            return .init(206, [.contentRange: "bytes \(range)-4999/5000"], Array(content[range...]), breaksAfter: next)
        }
        let time = ManualTiming()
        #expect(try await repository(transport, time: time).blob(blob, upTo: 5000) == content)
        #expect(transport.seen.map { $0.request.headerFields[.range] } == [nil, "bytes=1000-", hasRanges ? "bytes=2700-" : "bytes=1700-"])
        #expect(time.slept.count == 2)
    }

    @Test("asks again when the registry is busy, and not for ever")
    func busy() async throws {
        let answers = Mutex([503, 429, 500])
        let transport = ScriptedTransport { _, _ in
            guard let status = answers.withLock({ $0.popLast() }) else {
                return .init(200, [.contentType: MediaType.manifest], document.bytes)
            }
            return .init(status, [.retryAfter: "2"])
        }
        let time = ManualTiming()
        #expect(try await repository(transport, time: time).manifest(tag) == document)
        #expect(time.slept == [.seconds(2), .seconds(2), .seconds(2)])
        let never = ScriptedTransport { _, _ in throw TransportError(.refused, "r.example:443: connection refused: nothing listens there") }
        let error = await ociError { _ = try await repository(never, time: ManualTiming()).manifest(tag) }
        #expect(error?.code == .unreachable)
        #expect(
            error?.message
                == "r.example/a/b:1: the registry can't be reached: r.example:443: connection refused: nothing listens there; if the reference names the wrong one, correct it (spec.module)"
        )
        #expect(never.lines.count > 3)
    }

    @Test(
        "translates the registry's errors",
        arguments: [
            (404, "NAME_UNKNOWN", OCIError.Code.nameUnknown), (404, "MANIFEST_UNKNOWN", .manifestUnknown), (404, "", .manifestUnknown),
            (403, "DENIED", .denied),
            (403, "", .denied), (400, "NAME_INVALID", .invalidReference), (418, "", .malformed), (413, "", .tooLarge),
            (405, "UNSUPPORTED", .unsupported),
        ])
    func errors(status: Int, named: String, expected: OCIError.Code) async throws {
        let transport = ScriptedTransport { _, _ in .init(status, text: #"{"errors":[{"code":"\#(named)","message":"why"}]}"#) }
        let error = await ociError { _ = try await repository(transport).manifest(tag) }
        #expect(error?.code == expected)
        #expect(error?.message.hasPrefix("r.example/a/b:1: ") == true)
    }

    @Test("follows pages of tags on the same host only")
    func tags() async throws {
        let transport = ScriptedTransport { request, _ in
            request.path!.contains("last=")
                ? .init(200, text: #"{"tags":["c","a"]}"#)
                : .init(200, [.link: #"</v2/a/b/tags/list?last=b&n=2>; rel="next""#], Array(#"{"name":"a/b","tags":["b","a","-x"]}"#.utf8))
        }
        #expect(try await repository(transport).tags().map(\.description) == ["a", "b", "c"])
        let elsewhere = ScriptedTransport { _, _ in
            .init(200, [.link: #"<https://evil.example/x>; rel="next""#], Array(#"{"tags":null}"#.utf8))
        }
        #expect(await code { _ = try await repository(elsewhere).tags() } == .malformed)
    }

    @Test("uploads only what is missing, and only to the registry itself")
    func push() async throws {
        let transport = ScriptedTransport { request, _ in
            switch request.method {
            case .head: .init(404)
            case .post: .init(202, [.location: "/v2/a/b/blobs/uploads/1?_state=x"])
            default: .init(201)
            }
        }
        try await repository(transport).push(.bytes(content), as: blob)
        #expect(transport.lines.last == "PUT https://r.example/v2/a/b/blobs/uploads/1?_state=x&digest=sha256%3A\(blob.digest.hex)")
        #expect(transport.seen.last?.body == content)
        let present = ScriptedTransport { _, _ in .init(200, [.contentLength: "5000"]) }
        try await repository(present).push(.bytes(content), as: blob)
        #expect(present.lines.count == 1)
        let elsewhere = ScriptedTransport { request, _ in
            request.method == .head ? .init(404) : .init(202, [.location: "https://evil.example/u"])
        }
        #expect(await code { try await repository(elsewhere).push(.bytes(content), as: blob) } == .unsupported)
    }

    @Test("ends with cancellation, not with another attempt")
    func cancellation() async throws {
        let transport = ScriptedTransport { _, _ in throw CancellationError() }
        await #expect(throws: CancellationError.self) { try await repository(transport).manifest(tag) }
        #expect(transport.lines.count == 1)
    }
}

import HTTPTransport
import OCI
import RegistryConformance
import Testing

@Suite("Debian's docker-registry", .serialized, .timeLimit(.minutes(3)))
struct DockerRegistryTests {
    private static let graft = Credential.basic(user: "graft", password: "password")

    private static func run<Result>(
        _ variant: DockerRegistry.Variant, _ body: (DockerRegistry, HTTPClient, String) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            try await DockerRegistry.run(variant, in: directory) { registry, transport in try await body(registry, transport, directory) }
        }
    }

    private static func client(
        _ transport: HTTPClient, _ credential: Credential = .anonymous, retry: RetryPolicy = .none, chunk: Int? = nil
    ) -> RegistryClient {
        var configuration = RegistryClient.Configuration(credentials: { _, _ in credential }, retry: retry)
        if let chunk { configuration.uploads = UploadPolicy(monolithicUpTo: chunk, chunkSize: chunk) }
        return RegistryClient(transport: transport, configuration: configuration)
    }

    @Test("does all that is asked of it, plain, with passwords, and over TLS", arguments: DockerRegistry.Variant.allCases)
    func conformance(variant: DockerRegistry.Variant) async throws {
        try await Self.run(variant) { registry, transport, directory in
            // To some large content goes in chunks, to the others whole.
            let isChunked = variant == .plain || variant == .withTLSAndHTTP2
            let client = Self.client(
                transport, variant == .withPasswords ? Self.graft : .anonymous, chunk: isChunked ? 400_000 : nil)
            let failures = try await RegistryConformance(client: client, registry: registry.authority, directory: directory).failures()
            #expect(failures == [])
            #expect(registry.log.contains(" HTTP/2.0\"") == (variant == .withTLSAndHTTP2))
        }
    }

    @Test("takes downloads up again where they broke on the way; gives uploads up of which a chunk broke, which are begun anew")
    func broken() async throws {
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 256) }
        let descriptor = Descriptor(mediaType: "a/b", of: content)
        try await Self.run(.plain) { (registry, transport, directory) async throws in
            try FileSystem.replace("\(directory)/blob", with: content)
            // Each chunk comes on a connection of its own.
            let relay = BreakingRelay(
                to: registry.port,
                [.init(up: 600_000), .init(up: 700_000), .init(down: 1_100_000), .init(down: 1_000_000)])
            defer { relay.stop() }
            let client = Self.client(transport, retry: RetryPolicy(patience: .seconds(60)), chunk: 1_000_000)
            let repository = client.repository(of: try Reference(parsing: "\(relay.authority)/a/b:1"))
            try await repository.push(.file(path: "\(directory)/blob"), as: descriptor)
            #expect(relay.broken == 2)
            #expect(try await repository.blob(descriptor, upTo: content.count) == content)
            #expect(relay.broken == 4)
            let lines = registry.log.split(separator: "\n")
            #expect(lines.contains { $0.contains("\"GET /v2/a/b/blobs/uploads/") })
            // It answers the question how far it is with "upload resumed at wrong offset", and drops the upload.
            #expect(lines.filter { $0.contains("\"POST /v2/a/b/blobs/uploads/") }.count == 3)
            #expect(lines.filter { $0.contains("\"GET /v2/a/b/blobs/sha256:") && $0.contains("\" 206 ") }.count == 2)
        }
    }

    @Test("refuses who has no password, or a wrong one")
    func unauthorized() async throws {
        try await Self.run(.withPasswords) { registry, transport, _ in
            let reference = try Reference(parsing: "\(registry.authority)/a/b:1")
            for (credential, message) in [
                (Credential.anonymous, "wants credentials"), (.basic(user: "graft", password: "wrong"), "refuses the credentials"),
            ] {
                let error = await ociError { _ = try await Self.client(transport, credential).resolve(reference) }
                #expect(error?.code == .unauthorized)
                #expect(error?.message.contains(message) == true)
                #expect(error?.message.contains("wrong") == false)
            }
            #expect(await code { _ = try await Self.client(transport, Self.graft).resolve(reference) } == .manifestUnknown)
        }
    }

    @Test("that is stopped is said to be so, with what to do")
    func stopped() async throws {
        let (authority, transport) = try await Self.run(.plain) { registry, _, _ in (registry.authority, HTTPClient()) }
        let reference = try Reference(parsing: "\(authority)/a/b:1")
        let error = await ociError { _ = try await Self.client(transport).resolve(reference) }
        #expect(error?.code == .unreachable)
        #expect(error?.message.hasPrefix("\(reference): the registry can't be reached: \(authority): connection refused") == true)
        #expect(error?.message.hasSuffix("if the reference names the wrong one, correct it (spec.module)") == true)
        await transport.shutdown()
    }
}

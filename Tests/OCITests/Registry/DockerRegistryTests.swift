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

    private static func client(_ transport: HTTPClient, _ credential: Credential = .anonymous) -> RegistryClient {
        RegistryClient(
            transport: transport, configuration: RegistryClient.Configuration(credentials: { _, _ in credential }, retry: .none))
    }

    @Test("does all that is asked of it, plain, with passwords, and over TLS", arguments: DockerRegistry.Variant.allCases)
    func conformance(variant: DockerRegistry.Variant) async throws {
        try await Self.run(variant) { registry, transport, directory in
            let client = Self.client(transport, variant == .withPasswords ? Self.graft : .anonymous)
            let failures = try await RegistryConformance(client: client, registry: registry.authority, directory: directory).failures()
            #expect(failures == [])
            #expect(registry.log.contains(" HTTP/2.0\"") == (variant == .withTLSAndHTTP2))
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

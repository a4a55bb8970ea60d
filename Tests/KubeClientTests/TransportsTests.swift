import HTTPCore
import HTTPTypes
import JSON
import KubeCore
import Synchronization
import Testing

@testable import KubeClient

/// When a client makes itself another transport.
@Suite struct TransportsTests {
    /// Makes transports from one script each, and remembers with which certificates.
    private final class Maker: Sendable {
        private let state: Mutex<(scripts: [[ScriptedTransport.Answer]], made: [ClientConfiguration])>
        init(_ scripts: [[ScriptedTransport.Answer]]) { state = Mutex((scripts, [])) }
        var made: [ClientConfiguration] { state.withLock { $0.made } }
        func make(_ configuration: ClientConfiguration) throws -> any Transport {
            try state.withLock { state in
                guard !state.scripts.isEmpty else { throw ClientConfigurationError("one transport too many") }
                state.made.append(configuration)
                return ScriptedTransport(state.scripts.removeFirst())
            }
        }
    }

    private final class Clock: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now
        func pass(_ time: Duration) { passed.withLock { $0 += time } }
        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
    }

    private static func pem(_ text: String) -> String { "-----BEGIN X-----\n\(text)\n-----END X-----\n" }
    private static let refused = ScriptedTransport.Answer.failure(401, "Unauthorized")
    private static let fine = ScriptedTransport.Answer.json(["fine": true])
    private let request = APIRequest(path: "/x")

    private func configuration(_ directory: String, _ authentication: Authentication = .none) throws -> ClientConfiguration {
        for name in ["ca", "crt", "key"] { try write(Self.pem("\(name) 1"), to: "\(directory)/\(name)") }
        return ClientConfiguration(
            server: "https://api.test", certificateAuthority: Self.pem("ca 1"), clientCertificate: Self.pem("crt 1"),
            clientKey: Self.pem("key 1"),
            files: .init(certificateAuthority: "\(directory)/ca", clientCertificate: "\(directory)/crt", clientKey: "\(directory)/key"),
            authentication: authentication)
    }

    private func client(_ configuration: ClientConfiguration, _ maker: Maker, _ clock: Clock = Clock()) throws -> Client {
        try Client(Transports(configuration, now: { clock.now }) { try maker.make($0) }, configuration, "test")
    }

    @Test func `One transport serves all requests while nothing changes`() async throws {
        try await withDirectory { directory in
            let (maker, clock) = (Maker([[Self.fine, Self.fine, Self.fine]]), Clock())
            let client = try client(configuration(directory), maker, clock)
            for _ in 0..<3 {
                _ = try await client.send(request)
                clock.pass(.seconds(61))
            }
            #expect(maker.made.count == 1)
        }
    }

    @Test(
        "A file that changes is taken up within a minute",
        arguments: [(["ca"], "ca 2", "crt 1", "key 1"), (["crt", "key"], "ca 1", "crt 2", "key 2"), (["crt"], "ca 1", "crt 2", "key 1")])
    func changed(files: [String], authority: String, certificate: String, key: String) async throws {
        try await withDirectory { directory in
            let (maker, clock) = (Maker([[Self.fine, Self.fine], [Self.fine]]), Clock())
            let client = try client(configuration(directory), maker, clock)
            _ = try await client.send(request)
            for file in files { try write(Self.pem("\(file) 2"), to: "\(directory)/\(file)") }
            clock.pass(.seconds(59))
            _ = try await client.send(request)
            #expect(maker.made.count == 1, "files are not read all the time")
            clock.pass(.seconds(1))
            _ = try await client.send(request)
            let made = try #require(maker.made.last)
            #expect(maker.made.count == 2)
            #expect(made.certificateAuthority == Self.pem(authority))
            #expect(made.clientCertificate == Self.pem(certificate))
            #expect(made.clientKey == Self.pem(key))
        }
    }

    @Test("A file that is being written, empty or gone changes nothing", arguments: ["", "-----BEGIN X-----\nhal", "text", nil])
    func unfinished(text: String?) async throws {
        try await withDirectory { directory in
            let (maker, clock) = (Maker([[Self.fine, Self.fine]]), Clock())
            let client = try client(configuration(directory), maker, clock)
            _ = try await client.send(request)
            try write(Self.pem("crt 2"), to: "\(directory)/crt")
            if let text { try write(text, to: "\(directory)/key") } else { try #require(delete("\(directory)/key")) }
            clock.pass(.seconds(61))
            _ = try await client.send(request)
            #expect(maker.made.count == 1, "a certificate without its key is none")
        }
    }

    @Test func `A failed handshake has the files read at once, and the request sent again`() async throws {
        try await withDirectory { directory in
            let configuration = try configuration(directory)
            let attempts = Mutex(0)
            let client = try Client(configuration) { configuration in
                attempts.withLock { $0 += 1 }
                return Distrusting(TransportError(.tls, "an unknown authority"), trusted: Self.pem("ca 2"), configuration)
            }
            await #expect(throws: TransportError.self) { try await client.send(request) }
            #expect(attempts.withLock { $0 } == 1, "without a change it is not tried again")
            try write(Self.pem("ca 2"), to: "\(directory)/ca")
            #expect(try await client.send(request) == ["fine": true])
            #expect(attempts.withLock { $0 } == 2)
        }
    }

    @Test func `After a 401 certificates that have changed are shown, once`() async throws {
        try await withDirectory { directory in
            let maker = Maker([[Self.refused, Self.refused], [Self.refused, Self.refused]])
            let client = try client(configuration(directory), maker)
            await #expect(throws: KubeError.self) { try await client.send(request) }
            #expect(maker.made.count == 1, "without a change it is not tried again")
            for file in ["crt", "key"] { try write(Self.pem("\(file) 2"), to: "\(directory)/\(file)") }
            let error = await #expect(throws: KubeError.self) { try await client.send(request) }
            #expect(error?.code == .unauthorized)
            #expect(maker.made.map(\.clientKey) == [Self.pem("key 1"), Self.pem("key 2")])
        }
    }

    @Test func `A command's certificate goes before a file's, and another one makes another transport`() async throws {
        try await withDirectory { directory in
            let script = #"""
                #!/bin/sh
                echo x >> \#(directory)/runs
                n=$(wc -l < \#(directory)/runs | tr -d ' ')
                printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientCertificateData":"-----BEGIN X-----\\ncert %s\\n-----END X-----\\n","clientKeyData":"-----BEGIN X-----\\nkey %s\\n-----END X-----\\n"}}' $n $n
                """#
            try write(script + "\n", to: "\(directory)/login", executable: true)
            let maker = Maker([[Self.fine, Self.refused], [Self.fine, Self.fine]])
            let client = try client(configuration(directory, .exec(ExecPlugin(command: "\(directory)/login"))), maker)
            for _ in 0..<3 { #expect(try await client.send(request) == ["fine": true]) }
            #expect(maker.made.map(\.clientCertificate) == [Self.pem("cert 1"), Self.pem("cert 2")])
            #expect(maker.made.map(\.clientKey) == [Self.pem("key 1"), Self.pem("key 2")])
            #expect(try text("\(directory)/runs") == "xx", "once at first, once after the 401")

            let fixed = try Client(
                ClientConfiguration(server: "https://api.test", authentication: .exec(ExecPlugin(command: "\(directory)/login"))),
                transport: ScriptedTransport([Self.fine]))
            let error = await #expect(throws: ClientConfigurationError.self) { try await fixed.send(request) }
            #expect(error?.message.contains("returned a client certificate, but this client's transport can't be made anew") == true)
        }
    }
}

/// Fails each request unless it trusts a certain authority.
private struct Distrusting: Transport {
    let error: TransportError?

    init(_ error: TransportError, trusted authority: String, _ configuration: ClientConfiguration) {
        self.error = configuration.certificateAuthority == authority ? nil : error
    }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        if let error { throw error }
        return try await ScriptedTransport([.json(["fine": true])]).withResponse(to: request, body: body, limits: limits, handle)
    }
}

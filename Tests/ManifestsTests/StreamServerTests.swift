import ArgumentParser
import Controllers
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import Logging
import ProgramOptions
import Synchronization
import Telemetry
import Testing

@testable import ControllerCommand

@Suite("Where agents tell what their hosts expose, over the wire")
struct StreamServerTests {
    private final class Port: Sendable {
        let number = Mutex<Int?>(nil)
    }

    /// Runs a server that nothing leads behind, and a client that trusts its certificate alone.
    private func withServer(_ body: (HTTPClient, String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let certificate = try TestCertificate()
            let (chain, key) = (LocalFile(directory + "/tls.crt"), LocalFile(directory + "/tls.key"))
            try chain.write(certificate.certificate)
            try key.write(certificate.privateKey)
            let port = Port()
            let server = try StreamServer(
                StreamIngest(), at: ListeningAddress("127.0.0.1:0"), certificate: chain, key: key,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                listening: { number in port.number.withLock { $0 = number } })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                let number = try await eventually("it listens") { port.number.withLock { $0 } }
                let client = HTTPClient(.init(proxy: .none, credentialFiles: .init(trustedAuthorities: chain.path)))
                do { try await body(client, "127.0.0.1:\(number)") } catch {
                    await client.shutdown()
                    throw error
                }
                await client.shutdown()
            }
        }
    }

    private func post(
        _ client: HTTPClient, _ authority: String, _ path: String = StreamIngest.path, _ bytes: [UInt8] = [],
        method: HTTPRequest.Method = .post
    ) async throws -> HTTPResponse {
        let request = HTTPRequest(
            method: method, scheme: "https", authority: authority, path: path, headerFields: [.authorization: "Bearer x"])
        return try await client.send(request, body: .bytes(bytes), upTo: 1 << 16).head
    }

    @Test("A replica that does not lead says so and closes the connection, so that the next one may lead elsewhere")
    func notLeading() async throws {
        try await withServer { client, authority in
            let answer = try await post(client, authority, StreamIngest.path, Array("{}".utf8))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headerFields[.connection] == "close")
        }
    }

    @Test("What is too large, elsewhere, or asked in another way is refused; without TLS there is nothing")
    func refused() async throws {
        try await withServer { client, authority in
            let tooLarge = [UInt8](repeating: 0x20, count: StreamIngest.largest + 1)
            let refused = try await post(client, authority, StreamIngest.path, tooLarge)
            #expect(refused.status == .contentTooLarge)
            let elsewhere = try await post(client, authority, "/metrics", [])
            #expect(elsewhere.status == .notFound)
            let plain = HTTPRequest(method: .post, scheme: "http", authority: authority, path: StreamIngest.path)
            await #expect(throws: TransportError.self) { try await client.send(plain, body: .bytes([]), upTo: 1 << 10) }
        }
    }

    @Test("Flags without their files are refused; a certificate that is not there yet stops nothing else")
    func flags() throws {
        #expect(throws: (any Error).self) { try ControllerCommand.parse(["--streams-listen", "127.0.0.1:0"]) }
        let files = ["--streams-certificate", "/nowhere/tls.crt", "--streams-key", "/nowhere/tls.key"]
        let command = try ControllerCommand.parse(["--streams-listen", "127.0.0.1:0"] + files)
        let (ingest, server) = try command.streams.server(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(ingest == nil && server == nil)
        #expect(throws: (any Error).self) { try ControllerCommand.parse(["--streams-listen", "nowhere"] + files) }
    }
}

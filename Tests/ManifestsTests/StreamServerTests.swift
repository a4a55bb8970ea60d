import Analysis
import ArgumentParser
import Glibc
import GraftAPI
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeCore
import KubeRuntime
import KubeServer
import Logging
import ProgramOptions
import Synchronization
import Telemetry
import Testing

@testable import Agent
@testable import AgentCommand
@testable import ControllerCommand
@testable import Controllers

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

    /// What Kubernetes does with a mounted Secret: files are links into what `..data` links to, and that one link is replaced.
    private struct MountedSecret {
        let directory: String

        init(_ directory: String, _ files: [String: String]) throws {
            self.directory = directory
            try put(files, as: "..1")
            for name in files.keys { symlink("..data/\(name)", "\(directory)/\(name)") }
        }

        func file(_ name: String) -> LocalFile { LocalFile("\(directory)/\(name)") }

        /// - Parameter version: another one each time.
        func put(_ files: [String: String], as version: String) throws {
            try LocalFile.makeDirectory("\(directory)/\(version)")
            for (name, text) in files { try LocalFile("\(directory)/\(version)/\(name)").write(text) }
            symlink(version, "\(directory)/..new")
            rename("\(directory)/..new", "\(directory)/..data")
        }
    }

    private static func files(_ certificate: TestCertificate) -> [String: String] {
        ["tls.crt": certificate.certificate, "tls.key": certificate.privateKey, "ca.crt": certificate.certificate]
    }

    @Test("A certificate that is renewed is taken, half of one is not, and that is said once")
    func renewed() async throws {
        try await withTemporaryDirectory { directory in
            let (first, second) = (try TestCertificate(), try TestCertificate())
            let secret = try MountedSecret(directory, Self.files(first))
            let serving = ServingCertificate(certificate: secret.file("tls.crt"), key: secret.file("tls.key"))
            #expect(serving.look() == .renewed)
            let before = try #require(serving.context)
            #expect(serving.look() == .same)
            var half = Self.files(second)
            half["tls.key"] = first.privateKey
            try secret.put(half, as: "..2")
            for files in [
                half, ["tls.crt": "", "tls.key": second.privateKey], ["tls.crt": second.certificate, "tls.key": "nonsense"], [:],
            ] {
                try secret.put(files, as: "..\(files.count)-\(files["tls.crt"]?.count ?? 0)-\(files["tls.key"]?.count ?? 0)")
                guard case .unusable(let problem) = serving.look() else {
                    Issue.record("\(files.keys) were taken")
                    continue
                }
                #expect(problem.contains("tls.crt") && !problem.contains("PRIVATE"))
                #expect(serving.look() == .same)
                #expect(serving.context === before)
            }
            try secret.put(Self.files(second), as: "..whole")
            #expect(serving.look() == .renewed)
            #expect(serving.context !== before)
        }
    }

    @Test("Controller and agent go on when certificate, authority and token are renewed, and nothing is restarted")
    func renewal() async throws {
        var agent = User(name: AgentTokens.userName, extra: [AgentTokens.nodeField: ["node-1"]])
        agent.groups = []
        var tokens = TokenTable()
        for token in ["first", "second"] { tokens.add(token, of: agent, for: AgentTokens.audience) }
        try await withEmbeddedCluster(KubeServer.Configuration(tokens: tokens)) { cluster in
            try await withTemporaryDirectory { directory in
                let (first, second) = (try TestCertificate(), try TestCertificate())
                try LocalFile.makeDirectory(directory + "/controller")
                try LocalFile.makeDirectory(directory + "/agent")
                let ofAgent = try MountedSecret(directory + "/agent", ["ca.crt": first.certificate, "token": "nobodys\n"])
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let (ingest, port) = (StreamIngest(), Port())
                let (chain, key) = (LocalFile(directory + "/controller/tls.crt"), LocalFile(directory + "/controller/tls.key"))
                let server = try StreamServer(
                    ingest, at: ListeningAddress("127.0.0.1:0"), certificate: chain, key: key, interval: .milliseconds(10), logger: logger,
                    listening: { number in port.number.withLock { $0 = number } })
                #expect(ingest.problem?.contains(chain.path) == true)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.run() }
                    defer { group.cancelAll() }
                    // It waits for a certificate, and listens when there is one.
                    let ofController = try MountedSecret(directory + "/controller", Self.files(first))
                    let number = try await eventually("it listens") { port.number.withLock { $0 } }
                    #expect(ingest.problem == nil)
                    let options = try UplinkOptions.parse([
                        "--controller", "https://127.0.0.1:\(number)", "--controller-token", ofAgent.file("token").path,
                        "--controller-authority", ofAgent.file("ca.crt").path,
                    ])
                    let uplink = try #require(try options.uplink(logger, lookingEvery: .zero))
                    func outcome() async throws -> String {
                        switch try await uplink.send(StreamBatch(host: "edge-proxy.node-1", session: "s")) {
                        case .answered: "answered"
                        case .notLeading: "not leading"
                        case .refused(let why), .failed(let why): why
                        }
                    }
                    #expect(try await outcome() == "not leading")

                    // Another authority: who knows only the new one gets through, and the agent as soon as it knows it.
                    try ofController.put(Self.files(second), as: "..2")
                    let other = HTTPClient(
                        .init(proxy: .none, credentialFiles: .init(trustedAuthorities: ofController.file("ca.crt").path)))
                    try await eventually("the new certificate is shown") {
                        (try? await post(other, "127.0.0.1:\(number)"))?.status == .serviceUnavailable
                    }
                    await other.shutdown()
                    #expect(try await outcome().contains("certificate"))
                    try ofAgent.put(["ca.crt": second.certificate, "token": "nobodys\n"], as: "..2")
                    #expect(try await outcome() == "not leading")

                    // Tokens, of which the API server knows some.
                    var spec = ModuleHostSpec()
                    (spec.hostClass, spec.nodeName) = ("edge-proxy", "node-1")
                    let host = ModuleHost(metadata: ObjectMeta(name: "edge-proxy.node-1"), spec: spec)
                    let board = StreamBoard(deployment: { _ in nil }, isReady: { _ in true }, surroundings: .system)
                    ingest.begin(.init(tokens: AgentTokens(client: cluster.client, surroundings: .system), board: board) { _ in host })
                    #expect(try await outcome().contains("401"))
                    for token in ["first", "second"] {
                        try ofAgent.put(["ca.crt": second.certificate, "token": token + "\n"], as: "..\(token)")
                        #expect(try await outcome() == "answered")
                    }
                }
            }
        }
    }

    @Test("Flags without their files are refused; a certificate that is not there yet stops nothing else")
    func flags() throws {
        #expect(throws: (any Error).self) { try ControllerCommand.parse(["--streams-listen", "127.0.0.1:0"]) }
        let files = ["--streams-certificate", "/nowhere/tls.crt", "--streams-key", "/nowhere/tls.key"]
        let command = try ControllerCommand.parse(["--streams-listen", "127.0.0.1:0"] + files)
        let (ingest, server) = try command.streams.server(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        // It waits for the certificate, and analyses of hosts say so meanwhile.
        #expect(server != nil)
        #expect(ingest?.problem?.contains("/nowhere/tls.crt") == true)
        #expect(throws: (any Error).self) { try ControllerCommand.parse(["--streams-window", "0"]) }
        #expect(throws: (any Error).self) { try ControllerCommand.parse(["--streams-listen", "nowhere"] + files) }
    }
}

import Synchronization
import Testing

@testable import OCI

private let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 / 257) }
private let blob = Descriptor(mediaType: "a/b", of: content)

/// A registry that takes uploads in chunks, and may do wrong what a test says.
private final class UploadServer: Sendable {
    struct Faults: Sendable {
        /// Breaks the connection in the middle of these chunks, counted from 0.
        var breaks: Set<Int> = []
        /// Keeps what came before a break, or forgets it.
        var keepsPart = true
        var isLost = false
        var least: Int?
        var isWithoutChunks = false
        var isAbsolute = false
        var saysNoRange = false
        var received: Int?
    }

    private struct State {
        var bytes: [UInt8] = []
        var chunks = 0
        var generation = 0
        var stored: [UInt8]?
        var ranges: [String] = []
    }

    private let state = Mutex(State())
    let faults: Faults
    init(_ faults: Faults = Faults()) { self.faults = faults }

    var stored: [UInt8]? { state.withLock { $0.stored } }
    var ranges: [String] { state.withLock { $0.ranges } }
    var generation: Int { state.withLock { $0.generation } }

    /// Each answer names another place, with a query of the server's own.
    private func place(_ request: LoopbackServer.Request, _ state: State) -> String {
        let path = "/v2/a/b/blobs/uploads/u\(state.generation)?_state=\(state.chunks)%2B"
        return faults.isAbsolute ? "http://\(request.fields["host"] ?? "")\(path)" : path
    }

    private func progress(_ request: LoopbackServer.Request, _ state: State) -> [(String, String)] {
        var fields = [("Location", place(request, state))]
        if !faults.saysNoRange { fields.append(("Range", "0-\(max(0, (faults.received ?? state.bytes.count) - 1))")) }
        return fields
    }

    func serve(_ request: LoopbackServer.Request, _ connection: LoopbackServer.Connection) {
        state.withLock { state in
            let isKnown = request.path.contains("/u\(state.generation)?_state=\(state.chunks)%2B")
            switch request.method {
            case "HEAD": connection.answer(404, [("Content-Length", "0")])
            case "POST":
                state.generation += 1
                state.bytes = []
                state.chunks = 0
                connection.answer(202, progress(request, state) + (faults.least.map { [("OCI-Chunk-Min-Length", "\($0)")] } ?? []))
            case "PATCH" where faults.isWithoutChunks: connection.answer(405)
            case "PATCH" where !isKnown: connection.answer(404, text: #"{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}"#)
            case "PATCH":
                let range = request.fields["content-range"] ?? ""
                state.ranges.append(range)
                guard range.hasPrefix("\(state.bytes.count)-") else { return connection.answer(416, progress(request, state)) }
                let number = state.ranges.count - 1
                if faults.breaks.contains(number) {
                    if faults.keepsPart { state.bytes += request.body.prefix(request.body.count / 2) }
                    if faults.isLost { state.chunks = 999 }
                    return connection.hangUp()
                }
                state.bytes += request.body
                state.chunks += 1
                connection.answer(202, progress(request, state))
            case "GET" where isKnown: connection.answer(204, progress(request, state))
            case "GET": connection.answer(404)
            case "PUT" where isKnown:
                state.bytes += request.body
                let isRight = request.path.hasSuffix("&digest=sha256%3A\(blob.digest.hex)") && Digest(of: state.bytes) == blob.digest
                if isRight { state.stored = state.bytes }
                connection.answer(isRight ? 201 : 400, text: isRight ? "" : #"{"errors":[{"code":"DIGEST_INVALID"}]}"#)
            default: connection.answer(404, text: #"{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}"#)
            }
        }
    }
}

@Suite("A push in chunks", .timeLimit(.minutes(3)))
struct ChunkTests {
    private static func push(_ faults: UploadServer.Faults, chunk: Int = 300_000) async throws -> (UploadServer, [String]) {
        let server = UploadServer(faults)
        var configuration = RegistryClient.Configuration()
        configuration.uploads = UploadPolicy(monolithicUpTo: 1000, chunkSize: chunk)
        let lines = try await withLoopback({ server.serve($0, $1) }, configuration: configuration) { (loopback, repository) async throws in
            try await withTemporaryDirectory { (directory) async throws in
                try FileSystem.replace("\(directory)/blob", with: content)
                try await repository.push(.file(path: "\(directory)/blob"), as: blob)
                return loopback.lines
            }
        }
        #expect(server.stored == content)
        return (server, lines)
    }

    @Test("follows each answer to the place that it names, relative or absolute, with its query", arguments: [true, false])
    func places(isAbsolute: Bool) async throws {
        let (server, lines) = try await Self.push(.init(isAbsolute: isAbsolute))
        #expect(server.ranges == ["0-299999", "300000-599999", "600000-899999", "900000-999999"])
        #expect(lines.map { $0.prefix { $0 != " " } } == ["HEAD", "POST", "PATCH", "PATCH", "PATCH", "PATCH", "PUT"])
    }

    @Test("sends chunks as large as the registry wants them at least", arguments: [(400_000, 3), (1_000_000, 1), (5_000_000, 1), (10, 4)])
    func least(wanted: Int, count: Int) async throws {
        #expect(try await Self.push(.init(least: wanted)).0.ranges.count == count)
    }

    @Test("takes a broken chunk up where the registry says it stands")
    func resume() async throws {
        let (server, lines) = try await Self.push(.init(breaks: [1, 2]))
        #expect(server.generation == 1)
        #expect(server.ranges == ["0-299999", "300000-599999", "450000-749999", "600000-899999", "900000-999999"])
        #expect(lines.filter { $0.hasPrefix("GET ") }.count == 2)
    }

    @Test("sends a broken chunk again when the registry has none of it")
    func again() async throws {
        let (server, _) = try await Self.push(.init(breaks: [1], keepsPart: false))
        #expect(server.ranges[1...2] == ["300000-599999", "300000-599999"])
    }

    @Test("starts anew when the registry has lost the upload")
    func lost() async throws {
        let (server, _) = try await Self.push(.init(breaks: [1], isLost: true))
        #expect(server.generation == 2)
    }

    @Test("sends all in one request to a registry that has never heard of chunks")
    func unsupported() async throws {
        let (server, lines) = try await Self.push(.init(isWithoutChunks: true))
        #expect(server.ranges.isEmpty)
        #expect(lines.map { $0.prefix { $0 != " " } } == ["HEAD", "POST", "PATCH", "POST", "PUT"])
    }

    @Test("goes on where it is itself when the registry says nothing of it")
    func silent() async throws {
        #expect(try await Self.push(.init(saysNoRange: true)).0.ranges.count == 4)
    }

    @Test("ends when a registry says that it has more than it was sent, or always the same", arguments: [2_000_000, 5])
    func nonsense(received: Int) async throws {
        let server = UploadServer(.init(received: received))
        var configuration = RegistryClient.Configuration()
        configuration.uploads = UploadPolicy(monolithicUpTo: 1000, chunkSize: 300_000)
        try await withLoopback({ server.serve($0, $1) }, configuration: configuration) { (_, repository) async throws in
            let error = await ociError { try await repository.push(.bytes(content), as: blob) }
            #expect(error?.code == (received == 5 ? .serverFailed : .sizeMismatch))
        }
    }
}

@Suite("A push", .timeLimit(.minutes(3)))
struct PushTests {
    @Test("mounts content of another repository, and sends it when the registry does not", arguments: [true, false])
    func mount(isMounted: Bool) async throws {
        let server = UploadServer()
        try await withLoopback { request, connection in
            if request.method == "POST", isMounted { return connection.answer(201, [("Location", "/v2/a/b/blobs/x")]) }
            server.serve(request, connection)
        } _: { (loopback, repository) async throws in
            try await repository.push(.bytes(content), as: blob, mountingFrom: "other/repo")
            #expect(loopback.lines[1] == "POST /v2/a/b/blobs/uploads/?mount=sha256%3A\(blob.digest.hex)&from=other%2Frepo")
            #expect(loopback.lines.count == (isMounted ? 2 : 3))
            #expect(server.stored == (isMounted ? nil : content))
        }
    }

    @Test("asks for a token that may also pull from where it mounts")
    func mountScope() {
        var scope = TokenScope(registry: "r", repository: "a", access: .push)
        scope.mountedFrom = "b"
        #expect(scope.names(wanted: "repository:a:pull,push") == ["repository:a:pull,push", "repository:b:pull"])
    }

    @Test("that a registry claims to have mounted under another digest is refused")
    func otherMount() async throws {
        try await withLoopback { request, connection in
            request.method == "HEAD"
                ? connection.answer(404, [("Content-Length", "0")])
                : connection.answer(201, [("Docker-Content-Digest", "\(Digest(of: [9]))")])
        } _: { (_, repository) async throws in
            let found = await code { try await repository.push(.bytes(content), as: blob, mountingFrom: "other") }
            #expect(found == .digestMismatch)
        }
    }
}

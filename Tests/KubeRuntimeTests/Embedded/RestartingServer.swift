import Glibc
import HTTPCore
import HTTPTypes
import Harness
import KubeClient
import KubeServer
import Synchronization

/// A way to an API server that comes and goes. While there is none, connections are refused.
final class RestartingServer: Transport {
    private let current = Mutex<KubeServer?>(nil)

    func client() throws -> Client { try Client(transport: self, server: "https://embedded.invalid") }
    func use(_ server: KubeServer?) { current.withLock { $0 = server } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        guard let server = current.withLock({ $0 }) else { throw TransportError(.refused, "nothing listens there") }
        return try await server.inProcessTransport().withResponse(to: request, body: body, limits: limits, handle)
    }
}

extension RestartingServer {
    /// Opens a server on a file and runs it for as long as the body runs; its file is free for the next one then, as soon as nobody
    /// has a request under way. The body says when the transport is to use it.
    func withServer(_ path: String, _ body: (KubeServer) async throws -> Void) async throws {
        let server = try await eventually("the file is free") { try? await KubeServer(configuration: .init(storage: .file(path))) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer {
                use(nil)
                group.cancelAll()
            }
            try await body(server)
        }
    }
}

/// A file that is gone after the body, with what SQLite puts beside it.
func withTemporaryFile<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = "/tmp/kube-runtime-\(getpid())-\(UInt64.random(in: 0 ... .max)).db"
    defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) } }
    return try await body(path)
}

/// Runs services for as long as the body runs, then cancels them.
func running<Result>(_ services: [@Sendable () async throws -> Void], _ body: () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { try await service() } }
        defer { group.cancelAll() }
        return try await body()
    }
}

import HTTPCore
import HTTPTypes
import Harness
import KubeClient
import KubeServer
import Synchronization

/// What was refused to the clients that a test watches.
final class RefusalLog: Sendable {
    private let seen = Mutex<[String]>([])

    var refusals: [String] { seen.withLock { $0 } }

    /// - Parameter repeats: whether what creates this is sent twice, as after an answer that got lost.
    func client(
        of cluster: EmbeddedCluster, as user: User, repeats: @escaping @Sendable (_ path: String) -> Bool = { _ in false }
    ) throws -> Client {
        let transport = WatchedTransport(
            server: cluster.server.inProcessTransport(user: user), user: user.name, log: self, repeats: repeats)
        return try Client(transport: transport, server: "https://embedded.invalid")
    }

    fileprivate func note(_ status: HTTPResponse.Status, _ user: String, _ request: HTTPRequest) {
        guard status == .forbidden || status == .unauthorized else { return }
        seen.withLock { $0.append("\(user): \(request.method) \(request.path ?? "")") }
    }
}

private struct WatchedTransport: Transport {
    var server: any Transport
    var user: String
    var log: RefusalLog
    var repeats: @Sendable (_ path: String) -> Bool

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        if request.method == .post, repeats(request.path ?? "") {
            try await server.withResponse(to: request, body: body, limits: limits) { _, _ in }
        }
        return try await server.withResponse(to: request, body: body, limits: limits) { head, body in
            log.note(head.status, user, request)
            return try await handle(head, &body)
        }
    }
}

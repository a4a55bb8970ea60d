import HTTPCore
import HTTPTypes
import JSON
import KubeClient
import Synchronization

/// Gives every request the same answer, and keeps what was sent.
final class BodyRecorder: Transport {
    private let answer: JSON
    private let status: Int
    private let sent = Mutex<[JSON]>([])

    init(_ answer: JSON, status: Int = 200) {
        self.answer = answer
        self.status = status
    }

    var bodies: [JSON] { sent.withLock { $0 } }
    func client() throws -> Client { try Client(transport: self, server: "https://api.test") }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        if case .bytes(let bytes) = body {
            let json = try JSON.parse(bytes)
            sent.withLock { $0.append(json) }
        }
        var parts = [answer.bytes()][...]
        var stream = ResponseBody { parts.popFirst() }
        return try await handle(HTTPResponse(status: .init(code: status)), &stream)
    }
}

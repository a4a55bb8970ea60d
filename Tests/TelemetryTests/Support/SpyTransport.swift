import HTTPCore
import HTTPTypes
import Synchronization

/// Passes requests on, and remembers their heads.
final class SpyTransport: Transport {
    private let inner: any Transport
    private let seen = Mutex<[HTTPRequest]>([])

    init(_ inner: any Transport) { self.inner = inner }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        seen.withLock { $0.append(request) }
        return try await inner.withResponse(to: request, body: body, limits: limits, handle)
    }
}

/// Answers every request with a status, or fails.
struct FixedTransport: Transport {
    var answer: @Sendable () async throws -> (status: Int, body: String)

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let (status, text) = try await answer()
        var rest: [UInt8]? = text.isEmpty ? nil : Array(text.utf8)
        var stream = ResponseBody {
            defer { rest = nil }
            return rest
        }
        return try await handle(HTTPResponse(status: .init(code: status)), &stream)
    }
}

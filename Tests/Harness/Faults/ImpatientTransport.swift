import HTTPCore
import HTTPTypes
import Synchronization

/// How long a client that shall not keep its test waiting waits for a server.
package final class Patience: Sendable {
    private let limit: Mutex<Duration?>

    /// - Parameter limit: no limit of a request is longer than this, and silence within a response than half of it; nil: they are as the
    ///   client says.
    package init(_ limit: Duration?) { self.limit = Mutex(limit) }

    /// For requests from now on.
    package func change(to limit: Duration?) { self.limit.withLock { $0 = limit } }

    func shorten(_ limits: TransferLimits) -> TransferLimits {
        guard let limit = limit.withLock(\.self) else { return limits }
        var limits = limits
        for part in [\TransferLimits.firstByte, \.whole] { limits[keyPath: part] = limits[keyPath: part].map { min($0, limit) } }
        limits.idle = limits.idle.map { min($0, limit / 2) }
        return limits
    }
}

/// Sends requests with another transport, under limits short enough for a test to wait for.
struct ImpatientTransport: Transport {
    let transport: any Transport
    let patience: Patience

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try await transport.withResponse(to: request, body: body, limits: patience.shorten(limits), handle)
    }
}

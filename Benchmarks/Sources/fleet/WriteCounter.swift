import HTTPCore
import HTTPTypes
import Synchronization

/// Counts writes by what they write, across all clients.
final class WriteCounter: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// What was counted since the last call.
    func take() -> [String: Int] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }

    func count(_ request: HTTPRequest) {
        guard request.method != .get else { return }
        let what = Self.target(request.path ?? "")
        counts.withLock { $0[what, default: 0] += 1 }
    }

    /// `moduleplans`, `modulehosts/status` and so on.
    private static func target(_ path: String) -> String {
        var parts = path.prefix { $0 != "?" }.split(separator: "/")
        parts = Array(parts.dropFirst(parts.first == "apis" ? 3 : 2))
        if parts.first == "namespaces", parts.count > 2 { parts = Array(parts.dropFirst(2)) }
        guard let plural = parts.first else { return path }
        return parts.count > 2 ? "\(plural)/\(parts[2])" : String(plural)
    }
}

/// A transport whose requests are counted.
struct CountingTransport: Transport {
    var base: any Transport
    var counter: WriteCounter

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        counter.count(request)
        return try await base.withResponse(to: request, body: body, limits: limits, handle)
    }
}

/// Hosts that are only memory are not reached over the network.
struct NoTransport: Transport {
    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result { throw TransportError(.refused, "nothing listens there") }
}

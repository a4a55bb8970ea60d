import HTTPCore
import HTTPTypes

/// Sends requests with another transport, under limits short enough for a test to wait for.
struct ImpatientTransport: Transport {
    let transport: any Transport
    let patience: Duration?

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        var limits = limits
        if let patience {
            for limit in [\TransferLimits.firstByte, \.idle, \.whole] {
                limits[keyPath: limit] = limits[keyPath: limit].map { min($0, patience) }
            }
        }
        return try await transport.withResponse(to: request, body: body, limits: limits, handle)
    }
}

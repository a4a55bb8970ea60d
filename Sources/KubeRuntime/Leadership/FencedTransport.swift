public import HTTPCore
public import HTTPTypes
public import KubeClient

/// A transport that sends writes only while a fence is open. Reads pass always.
///
/// The fence is asked right before a write is sent, and a write is given up when the fence closes before its answer has come. A request
/// that is on its way already can't be called back: writes that must not cross another's name the uid and resource version they are
/// based on.
public struct FencedTransport: Transport {
    private let base: any Transport
    private let fence: WriteFence

    /// - Parameters:
    ///   - base: what sends the requests.
    ///   - fence: asked before each write.
    public init(_ base: any Transport, fence: WriteFence) {
        self.base = base
        self.fence = fence
    }

    /// Sends a request, a write only while the fence is open.
    /// - Throws: `LeadershipLost` instead of sending a write when the fence is closed.
    public func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        guard ![.get, .head, .options].contains(request.method) else {
            return try await base.withResponse(to: request, body: body, limits: limits, handle)
        }
        let left = try fence.check()
        var limits = limits
        limits.whole = min(limits.whole ?? left, left)
        return try await base.withResponse(to: request, body: body, limits: limits, handle)
    }
}

extension Client {
    /// This client, whose writes are sent only while a fence is open: what the work of a leader writes with.
    public func fenced(by fence: WriteFence) -> Client { through { FencedTransport($0, fence: fence) } }
}

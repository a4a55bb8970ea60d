import HTTPCore
import HTTPTypes
import KubeClient
import Synchronization

/// A network that holds up writes of plans until they are delivered, whatever became of who sent them.
final class SlowNetwork: Transport {
    private struct Sent {
        var request: HTTPRequest
        var body: [UInt8]
    }

    private struct State {
        var holdsPlans = false
        var sent: Sent?
    }

    private let base: any Transport
    private let state = Mutex(State())

    init(_ base: any Transport) { self.base = base }

    var holdsPlans: Bool {
        get { state.withLock(\.holdsPlans) }
        set { state.withLock { $0.holdsPlans = newValue } }
    }

    var isHolding: Bool { state.withLock { $0.sent != nil } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let isPlan = [.post, .patch, .put].contains(request.method) && request.path?.contains("/moduleplans") ?? false
        guard isPlan, holdsPlans, case .bytes(let bytes)? = body else {
            return try await base.withResponse(to: request, body: body, limits: limits, handle)
        }
        state.withLock { $0.sent = $0.sent ?? Sent(request: request, body: bytes) }
        // Its sender hears no more of it.
        while true { try await Task.sleep(for: .seconds(60)) }
    }

    /// Hands the first one over that is held.
    /// - Returns: what the server answers.
    func deliver() async throws -> HTTPResponse.Status? {
        guard let sent = state.withLock({ $0.sent.take() }) else { return nil }
        return try await base.withResponse(to: sent.request, body: .bytes(sent.body), limits: TransferLimits()) { response, _ in
            response.status
        }
    }
}

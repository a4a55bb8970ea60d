import HTTPCore
import HTTPTypes
import JSON
import KubeClient
import Synchronization

/// An API server with room for one Lease, and for trouble.
final class LeaseServer: Transport {
    fileprivate struct State {
        var lease: JSON?
        var version = 0
        var requests = 0
    }

    private let state = Mutex(State())
    private let isDown = Mutex(false)

    var holder: String? { state.withLock { $0.lease?["spec"]?["holderIdentity"]?.string } }
    var requests: Int { state.withLock { $0.requests } }

    func client() throws -> Client { try Client(transport: self, server: "https://api.test") }
    /// Requests hang, as in a network that drops packets.
    func goDown() { isDown.withLock { $0 = true } }
    func comeUp() { isDown.withLock { $0 = false } }

    /// Writes as somebody else would.
    func steal(_ holder: String) {
        state.withLock { state in
            state.version += 1
            state.lease?["spec"]?["holderIdentity"] = .string(holder)
            state.lease?["metadata"]?["resourceVersion"] = .string(String(state.version))
        }
    }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        if isDown.withLock({ $0 }) { try await Task.sleep(for: .seconds(3600)) }
        var sent = JSON.null
        if case .bytes(let bytes) = body { sent = try JSON.parse(bytes) }
        let (status, answer) = state.withLock { $0.answer(request.method, sent) }
        var parts = [answer.bytes()][...]
        var stream = ResponseBody { parts.popFirst() }
        return try await handle(HTTPResponse(status: .init(code: status)), &stream)
    }
}

extension LeaseServer.State {
    fileprivate mutating func answer(_ method: HTTPRequest.Method, _ sent: JSON) -> (Int, JSON) {
        requests += 1
        switch method {
        case .get: return lease.map { (200, $0) } ?? failure(404, "NotFound")
        case .post where lease != nil: return failure(409, "AlreadyExists")
        case .post: lease = ["metadata": ["name": "l", "namespace": "a", "uid": "u"], "spec": sent["spec"] ?? [:]]
        default:
            guard let lease else { return failure(404, "NotFound") }
            guard sent["metadata"]?["resourceVersion"] == lease["metadata"]?["resourceVersion"] else { return failure(409, "Conflict") }
            for (key, value) in sent["spec"]?.object ?? [:] { self.lease?["spec"]?[key] = value }
        }
        version += 1
        lease?["metadata"]?["resourceVersion"] = .string(String(version))
        return (200, lease ?? .null)
    }

    private func failure(_ status: Int, _ reason: String) -> (Int, JSON) {
        (status, ["kind": "Status", "reason": .string(reason), "code": .integer(Int64(status)), "message": .string(reason)])
    }
}

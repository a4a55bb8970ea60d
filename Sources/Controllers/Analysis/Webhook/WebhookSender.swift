import GraftAPI
import HTTPTypes
import KubeCore

/// Sends a webhook's question, once.
struct WebhookSender: Sendable {
    let caller: CheckCaller
    let wallTime: @Sendable () -> Timestamp

    /// - Throws: `CancellationError` alone.
    func send(_ request: WebhookRequest, to webhook: WebhookWork) async throws -> WebhookOutcome {
        var authority = ""
        do {
            let address = try CheckAddress(parsing: webhook.url, field: "webhook.url")
            authority = "\(address.authority): "
            let (body, timestamp) = (request.body, request.timestamp)
            var call = CheckCall(method: .post, address: address, body: body, timeout: webhook.timeout)
            call.fields[.contentType] = "application/json"
            call.fields[.accept] = "application/json"
            call.fields[WebhookRequest.idField] = request.id
            call.fields[WebhookRequest.timeField] = timestamp
            call.credentials = webhook.credentials
            call.sign = { key in
                [WebhookRequest.signatureField: WebhookRequest.signature(of: body, at: timestamp, key: key)]
            }
            let answer = try await caller.send(call, for: request.run.namespace)
            return WebhookOutcome(answer, now: wallTime().microseconds / 1_000_000).prefixed(by: authority)
        } catch let refusal as CheckRefusal {
            // Names that don't resolve and servers that are away come back; what the rules refuse is refused again, until somebody mends it.
            return .failed(refusal.description, nil)
        }
    }
}

extension WebhookOutcome {
    /// Errors say who it was.
    fileprivate func prefixed(by name: String) -> WebhookOutcome {
        switch self {
        case .failed(let message, let pause): .failed(name + message, pause)
        case .refused(let message): .refused(name + message)
        case .go, .noGo, .wait: self
        }
    }
}

import HTTPCore
import HTTPTypes
import JSON
import KubeClient
import Synchronization

/// Answers requests from a script, in order, and remembers what was asked.
final class ScriptedTransport: Transport {
    struct Answer: Sendable {
        var status = 200
        var headers: HTTPFields = [:]
        /// As the body arrives.
        var parts: [[UInt8]] = []
        /// Thrown after the parts, instead of an end.
        var failure: TransportError?

        static func json(_ json: JSON, status: Int = 200, headers: HTTPFields = [:]) -> Answer {
            Answer(status: status, headers: headers, parts: [json.bytes()])
        }
        static func text(_ text: String, status: Int = 200) -> Answer { Answer(status: status, parts: [Array(text.utf8)]) }
        static func parts(_ parts: [[UInt8]]) -> Answer { Answer(parts: parts) }
        /// A Status of the API.
        static func failure(_ status: Int, _ reason: String, message: String = "no") -> Answer {
            json(
                [
                    "kind": "Status", "status": "Failure", "reason": .string(reason), "code": .integer(Int64(status)),
                    "message": .string(message),
                ],
                status: status)
        }
    }

    struct Request: Sendable {
        var head: HTTPRequest
        var body: JSON?
        var limits: TransferLimits
        var path: String { head.path ?? "" }
    }

    private let state: Mutex<(answers: [Answer], requests: [Request])>

    init(_ answers: [Answer]) { state = Mutex((answers, [])) }

    var requests: [Request] { state.withLock { $0.requests } }
    var remaining: Int { state.withLock { $0.answers.count } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        var sent: JSON?
        if case .bytes(let bytes) = body { sent = try JSON.parse(bytes) }
        let answer: Answer = try state.withLock { state in
            state.requests.append(Request(head: request, body: sent, limits: limits))
            guard !state.answers.isEmpty else { throw TransportError(.refused, "the script is at its end") }
            return state.answers.removeFirst()
        }
        var parts = answer.parts[...]
        var stream = ResponseBody {
            if let part = parts.popFirst() { return part }
            if let failure = answer.failure { throw failure }
            return nil
        }
        let response = HTTPResponse(status: .init(code: answer.status), headerFields: answer.headers)
        return try await handle(response, &stream)
    }
}

func client(_ transport: ScriptedTransport, server: String = "https://api.test:6443", _ authentication: Authentication = .none) throws
    -> Client
{
    try Client(transport: transport, server: server, authentication: authentication)
}

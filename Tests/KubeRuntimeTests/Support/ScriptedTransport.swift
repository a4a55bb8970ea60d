import HTTPCore
import HTTPTypes
import JSON
import KubeClient
import Synchronization

/// Answers requests from a script, in order, and remembers what was asked. At its end it answers no more: it waits to be cancelled.
final class ScriptedTransport: Transport {
    struct Answer: Sendable {
        var status = 200
        var parts: [[UInt8]] = []
        /// Whether the body ends; otherwise it stays open until it is cancelled.
        var ends = true
        var failure: TransportError?

        static func json(_ json: JSON, status: Int = 200) -> Answer { Answer(status: status, parts: [json.bytes()]) }
        static func failure(_ status: Int, _ reason: String) -> Answer {
            json(
                ["kind": "Status", "reason": .string(reason), "code": .integer(Int64(status)), "message": .string(reason)], status: status)
        }
        /// Lines of a watch, cut into parts of a few bytes.
        static func watch(_ lines: [JSON], ends: Bool = true, cut: Int = 7) -> Answer {
            let bytes = Array(lines.map { $0.bytes() + [0x0A] }.joined())
            return Answer(
                parts: stride(from: 0, to: bytes.count, by: cut).map { Array(bytes[$0..<min($0 + cut, bytes.count)]) }, ends: ends)
        }
        static let refused = Answer(failure: TransportError(.refused, "nobody listens"))
    }

    private let state: Mutex<(answers: [Answer], requests: [String])>

    init(_ answers: [Answer]) { state = Mutex((answers, [])) }

    /// `METHOD target` of each.
    var requests: [String] { state.withLock { $0.requests } }

    func client() throws -> Client { try Client(transport: self, server: "https://api.test") }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let answer = state.withLock { state in
            state.requests.append("\(request.method.rawValue) \(request.path ?? "")")
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else {
            try await Task.sleep(for: .seconds(3600))
            throw TransportError(.timeout, "nobody cancelled")
        }
        if let failure = answer.failure { throw failure }
        var parts = answer.parts[...]
        var stream = ResponseBody {
            if let part = parts.popFirst() { return part }
            if !answer.ends { try await Task.sleep(for: .seconds(3600)) }
            return nil
        }
        return try await handle(HTTPResponse(status: .init(code: answer.status)), &stream)
    }
}

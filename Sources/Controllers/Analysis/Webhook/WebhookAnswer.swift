import HTTPTypes
import JSON
import OCI

/// What came of sending a webhook once.
enum WebhookOutcome: Sendable, Hashable {
    case go(String?)
    case noGo(String?)
    /// To be asked again, after so long if it says how long.
    case wait(String?, Duration?)
    /// Another try may do better, after so long if it says how long.
    case failed(String, Duration?)
    /// No other try will.
    case refused(String)

    /// No server is obeyed for longer when it asks to be left alone.
    private static let longestPause = Duration.seconds(300)

    /// Reads an answer strictly: an object with `verdict`, one of three words, and perhaps `message`, a text; nothing else.
    /// - Parameter now: seconds since 1970.
    init(_ answer: CheckAnswer, now: Int64) {
        let pause = RetryAfter.wait(answer.fields, now: now).map { min($0, Self.longestPause) }
        switch answer.status {
        case 200: self = Self.verdict(answer.body, answer.secrets, pause)
        case 408, 425, 429, 500...: self = .failed("it answers with status \(answer.status)", pause)
        case 401, 403: self = .refused("it refuses the request (status \(answer.status)); is it signed with the key that it knows?")
        default: self = .refused("it answers with status \(answer.status), wanted 200; correct the url, or the server")
        }
    }

    private static func verdict(_ body: [UInt8], _ secrets: [String], _ pause: Duration?) -> WebhookOutcome {
        let json: JSON
        do { json = try JSON.parse(body, limits: JSONLimits(size: 64 << 10, depth: 8)) } catch {
            return .failed("its answer is no JSON (line \(error.line), column \(error.column))", pause)
        }
        guard let members = json.object, members.keys.allSatisfy(["verdict", "message"].contains), let verdict = members["verdict"]?.string
        else {
            return .failed("its answer is not {\"verdict\": \"Go\" | \"NoGo\" | \"Wait\", \"message\": \"…\"}", pause)
        }
        var message: String?
        switch members["message"] {
        case nil: break
        case .string(let text)?: message = text.isEmpty ? nil : quotation(text, secrets: secrets)
        default: return .failed("its answer's message is no text", pause)
        }
        switch verdict {
        case "Go": return .go(message)
        case "NoGo": return .noGo(message)
        case "Wait": return .wait(message, pause)
        default: return .failed("its verdict is \"\(quotation(verdict, secrets: secrets))\", wanted Go, NoGo or Wait", pause)
        }
    }
}

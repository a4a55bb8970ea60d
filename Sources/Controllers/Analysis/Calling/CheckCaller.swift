import HTTPCore
import HTTPTypes
import JSON

/// One request of a check.
struct CheckCall: Sendable {
    var method: HTTPRequest.Method
    var address: CheckAddress
    var fields: HTTPFields = [:]
    var body: [UInt8]?
    /// Name of the controller's credential; nil: none is sent.
    var credentials: String?
    /// From start to end.
    var timeout: Duration
    /// Makes fields of the body, when the credential holds a key for it.
    var sign: (@Sendable (_ key: [UInt8]) -> HTTPFields)?
}

struct CheckAnswer: Sendable {
    var status: Int
    var fields: HTTPFields
    var body: [UInt8]
    /// What was sent, and must not be quoted when it comes back.
    var secrets: [String]
}

/// Sends what checks ask for: by the rules, with the credentials that the namespace may name, within limits. Redirects are not followed: who answers with one
/// would choose where the controller goes next.
struct CheckCaller: Sendable {
    let rules: CheckRules
    let credentials: CheckCredentials
    let transports: CheckTransports

    /// Of an answer: more than any number needs.
    static let longestAnswer = 1 << 20

    /// - Throws: `CheckRefusal`, `CancellationError`.
    func send(_ call: CheckCall, for namespace: String) async throws -> CheckAnswer {
        try rules.check(call.address)
        let credential = try call.credentials.map { try credentials.credential($0, for: call.address, in: namespace) }
        var fields = call.fields
        switch credential?.secret {
        case .basic(let username, let password):
            fields[.authorization] = "Basic " + Base64.encode(Array("\(username):\(password)".utf8))
        case .bearer(let token): fields[.authorization] = "Bearer \(token)"
        case .hmac(let key):
            guard let sign = call.sign else {
                throw CheckRefusal(
                    "credentials: \"\(call.credentials ?? "")\" holds a key that signs webhooks; name one with basic, bearer or a client certificate"
                )
            }
            for field in sign(key) { fields[field.name] = field.value }
        case nil: break
        }
        let request = HTTPRequest(
            method: call.method, scheme: call.address.scheme, authority: call.address.authority, path: call.address.path,
            headerFields: fields)
        let limits = TransferLimits(
            connect: min(call.timeout, .seconds(10)), firstByte: call.timeout, idle: call.timeout, whole: call.timeout, queue: call.timeout)
        do {
            let (head, body) = try await transports.transport(for: credential, named: call.credentials).send(
                request, body: call.body.map { .bytes($0) }, limits: limits, upTo: Self.longestAnswer)
            if (300..<400).contains(head.status.code) {
                throw CheckRefusal(
                    "\(call.address.authority): it answers with a redirect (status \(head.status.code)), which is not followed; name the address that it leads to"
                )
            }
            return CheckAnswer(status: head.status.code, fields: head.headerFields, body: body, secrets: credential?.secrets ?? [])
        } catch let error as TransportError {
            try Task.checkCancellation()
            throw error.code == .forbidden ? CheckRules.reserved(call.address.authority) : CheckRefusal(error.message)
        }
    }
}

/// What another program wrote, for a sentence: short, on one line, and nothing where it repeats a secret.
func quotation(_ text: String, secrets: [String] = []) -> String {
    guard !secrets.contains(where: { text.contains($0) }) else { return "(it repeats a secret)" }
    let plain = text.unicodeScalars.map { scalar -> Unicode.Scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: " "
        default: scalar
        }
    }
    return String(String.UnicodeScalarView(plain.prefix(160)))
}

import HTTPCore
import HTTPTypes
import JSON

/// Sends one request until it is delivered, refused, or the time is up.
struct OTLPSender: Sendable {
    enum Outcome: Sendable, Equatable {
        /// With how many data points or spans the receiver took none of, and why.
        case delivered(rejected: Int64, message: String)
        /// For good: sending it again would not help.
        case refused(String)
        /// The receiver was not there, or not able, for as long as we tried.
        case gaveUp(String)
    }

    private enum Attempt {
        case done(Outcome)
        case again(String, after: Duration?)
    }

    let transport: any Transport
    let headers: [OTLPConfiguration.Header]
    let timeout: Duration
    let time: TelemetryTime

    /// - Parameter deadline: by the monotonic clock.
    /// - Throws: `CancellationError`, and nothing else.
    func send(_ body: [UInt8], to endpoint: OTLPEndpoint, until deadline: Duration) async throws -> Outcome {
        var reason = "there was no time left"
        var failures = 0
        while true {
            let left = deadline - time.now()
            guard left > .zero else { return .gaveUp(reason) }
            switch try await attempt(body, endpoint, within: min(timeout, left)) {
            case .done(let outcome): return outcome
            case .again(let why, let after):
                reason = why
                failures += 1
                let pause = after ?? Self.pause(failures, time.fraction)
                guard time.now() + pause < deadline else { return .gaveUp(reason) }
                try await time.sleep(pause)
            }
        }
    }

    /// 1 s after the first failure, twice that after the next, 30 s at most, each by up to half shorter or longer, so that a fleet does not
    /// come back as one.
    static func pause(_ failures: Int, _ random: Double) -> Duration {
        .seconds(min(30, 1 << min(failures - 1, 5))) * (0.5 + random)
    }

    private func attempt(_ body: [UInt8], _ endpoint: OTLPEndpoint, within limit: Duration) async throws -> Attempt {
        var request = HTTPRequest(method: .post, scheme: endpoint.scheme, authority: endpoint.authority, path: endpoint.path)
        request.headerFields[.contentType] = "application/json"
        request.headerFields[.accept] = "application/json"
        for header in headers {
            if let name = HTTPField.Name(header.name) { request.headerFields.append(HTTPField(name: name, value: header.value)) }
        }
        do {
            return try await transport.withResponse(
                to: request, body: .bytes(body),
                limits: TransferLimits(connect: limit, firstByte: limit, idle: limit, whole: limit)
            ) { head, body in
                // What it says is for people; a status without it is enough to go on.
                let said = (try? await body.collect(upTo: 1 << 16)) ?? []
                return Self.judge(head, said)
            }
        } catch {
            try Task.checkCancellation()
            return .again("\(error)", after: nil)
        }
    }

    /// «OTLP/HTTP Response»: 429, 502, 503 and 504 are worth another try, everything else is final.
    private static func judge(_ head: HTTPResponse, _ said: [UInt8]) -> Attempt {
        let code = head.status.code
        let json = try? JSON.parse(said)
        switch code {
        case 200..<300:
            let partial = json?["partialSuccess"]
            let rejected = partial?["rejectedSpans"] ?? partial?["rejectedDataPoints"]
            return .done(
                .delivered(
                    rejected: rejected?.integer ?? rejected?.string.flatMap { Int64($0) } ?? 0,
                    message: partial?["errorMessage"]?.string ?? ""))
        case 429, 502, 503, 504:
            let seconds = head.headerFields[.retryAfter].flatMap { Int64($0) }.flatMap { $0 >= 0 ? min($0, 3600) : nil }
            return .again("HTTP \(code)", after: seconds.map { .seconds($0) })
        default:
            let message = json?["message"]?.string ?? String(decoding: said.prefix(200), as: UTF8.self)
            return .done(.refused(message.isEmpty ? "HTTP \(code)" : "HTTP \(code): \(message)"))
        }
    }
}

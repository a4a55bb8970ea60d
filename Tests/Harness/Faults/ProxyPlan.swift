/// What a proxy does with one request.
package enum ProxyPlan: Sendable {
    /// Answers by itself; the server is not asked.
    case answer(status: Int, fields: [String] = [], body: [UInt8] = [])
    /// Closes the connection with a reset, without an answer.
    case reset
    /// Never answers, and keeps the connection open.
    case hang
    /// Asks the server, and does this to its answer.
    case forward(ProxyFaults)

    package static let pass = ProxyPlan.forward(ProxyFaults())
}

/// What a proxy does next with a connection to a client.
package enum ProxyStep: Sendable {
    /// As one chunk, in one segment where the network allows.
    case send([UInt8])
    case wait(Duration)
    /// Goes on when the condition no longer holds.
    case hold(@Sendable () -> Bool)
    /// RST: the rest is lost.
    case reset
    /// FIN, before the answer is whole.
    case drop
    /// Nothing more, and no FIN: the other end of a half-open connection.
    case stall
    /// The answer ends well, here.
    case end
}

/// What is done to an answer on its way.
package struct ProxyFaults: Sendable {
    /// What becomes of a line: its number from 0, the line with its line feed, and the lines before it. A list is one line without a line feed.
    package var line: @Sendable (_ number: Int, _ line: [UInt8], _ earlier: [[UInt8]]) -> [ProxyStep]
    /// After the head, before the first line.
    package var opening: [ProxyStep]
    /// After which the answer ends well, between two lines.
    package var lifetime: Duration?

    package init(
        opening: [ProxyStep] = [], lifetime: Duration? = nil,
        line: @escaping @Sendable (_ number: Int, _ line: [UInt8], _ earlier: [[UInt8]]) -> [ProxyStep] = { _, line, _ in [.send(line)] }
    ) {
        self.opening = opening
        self.lifetime = lifetime
        self.line = line
    }
}

extension ProxyPlan {
    /// Lets some lines through, then does something instead of each further line.
    package static func after(_ lines: Int, _ steps: @escaping @Sendable ([UInt8]) -> [ProxyStep]) -> ProxyPlan {
        .forward(ProxyFaults { number, line, _ in number < lines ? [.send(line)] : steps(line) })
    }

    /// Resets the connection in the middle of a line.
    package static func resetInLine(_ number: Int) -> ProxyPlan {
        .after(number) { [.send(Array($0.prefix($0.count / 2))), .wait(.milliseconds(5)), .reset] }
    }

    /// Sends no byte more after so many lines, and does not close.
    package static func stall(after lines: Int) -> ProxyPlan {
        lines == 0 ? .forward(ProxyFaults(opening: [.stall])) : .after(lines) { _ in [.stall] }
    }

    /// Closes within a line, as a server that crashes does.
    package static func dropInLine(_ number: Int) -> ProxyPlan { .after(number) { [.send(Array($0.prefix($0.count / 2))), .drop] } }

    /// Ends the answer well after so many lines.
    package static func end(after lines: Int) -> ProxyPlan {
        lines == 0
            ? .forward(ProxyFaults(opening: [.end]))
            : .forward(ProxyFaults { number, line, _ in [.send(line)] + (number == lines - 1 ? [.end] : []) })
    }

    package static func end(after time: Duration) -> ProxyPlan { .forward(ProxyFaults(lifetime: time)) }

    /// One line loses its second half; the line feed stays.
    package static func truncateLine(_ number: Int) -> ProxyPlan {
        .forward(
            ProxyFaults { index, line, _ in
                [.send(index == number ? Array(line.prefix(line.count / 2)) + (line.last == 0x0A ? [0x0A] : []) : line)]
            })
    }

    /// Each line, cut at these offsets, each piece by itself.
    package static func cut(pause: Duration = .milliseconds(1), at offsets: @escaping @Sendable ([UInt8]) -> [Int]) -> ProxyPlan {
        .forward(
            ProxyFaults { _, line, _ in
                let bounds = [0] + offsets(line).filter { $0 > 0 && $0 < line.count }.sorted() + [line.count]
                return zip(bounds, bounds.dropFirst()).flatMap { [.send(Array(line[$0..<$1])), .wait(pause)] }
            })
    }

    /// After each line, all lines before it come once more.
    package static let replay = ProxyPlan.forward(ProxyFaults { _, line, earlier in [.send(line)] + earlier.map { .send($0) } })

    /// Lines are held back while a condition holds.
    package static func hold(while condition: @escaping @Sendable () -> Bool) -> ProxyPlan {
        .forward(ProxyFaults { _, line, _ in [.hold(condition), .send(line)] })
    }

    /// Each line comes late.
    package static func delay(_ pause: Duration) -> ProxyPlan { .forward(ProxyFaults { _, line, _ in [.wait(pause), .send(line)] }) }

    /// After so many lines comes one more.
    package static func insert(_ extra: String, after lines: Int) -> ProxyPlan {
        let extra = Array(extra.utf8) + [0x0A]
        if lines == 0 { return .forward(ProxyFaults(opening: [.send(extra)])) }
        return .forward(ProxyFaults { number, line, _ in [.send(line)] + (number == lines - 1 ? [.send(extra)] : []) })
    }

    /// An ERROR event after so many lines.
    package static func errorEvent(_ status: Int, _ reason: String, after lines: Int) -> ProxyPlan {
        insert(#"{"type":"ERROR","object":\#(statusText(status, reason))}"#, after: lines)
    }

    /// A Status instead of an answer.
    package static func status(_ status: Int, _ reason: String, retryAfter: Int? = nil) -> ProxyPlan {
        .answer(
            status: status, fields: ["Content-Type: application/json"] + (retryAfter.map { ["Retry-After: \($0)"] } ?? []),
            body: Array(statusText(status, reason).utf8))
    }

    private static func statusText(_ status: Int, _ reason: String) -> String {
        #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"\#(reason)","code":\#(status),"message":"by the proxy"}"#
    }
}

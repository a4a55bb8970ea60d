import HTTPTypes
import JSON
import Testing

@testable import Telemetry

@Suite("Sending to a collector") struct OTLPSenderTests {
    private func sending(
        _ answers: [Collector.Answer], limit: Duration = .seconds(60),
        _ then: @escaping @Sendable (OTLPSender.Outcome, [Duration], Collector) throws -> Void
    ) async throws {
        try await withCollector { collector, client in
            for answer in answers { collector.answer(answer) }
            let clock = QuickTime()
            let sender = OTLPSender(
                transport: client, headers: [.init("X-Tenant", "a"), .init("not a name", "b")], timeout: .seconds(20), time: clock.time)
            let endpoint = try OTLPEndpoint(collector.url, appending: "/v1/traces", origin: "test")
            let outcome = try await sender.send(Array("{}".utf8), to: endpoint, until: clock.time.now() + limit)
            try then(outcome, clock.sleeps, collector)
        }
    }

    @Test("What is taken is sent once, as JSON, with the headers asked for")
    func delivered() async throws {
        try await sending([]) { outcome, sleeps, collector in
            #expect(outcome == .delivered(rejected: 0, message: ""))
            #expect(sleeps.isEmpty)
            let received = try #require(collector.received.first)
            #expect(collector.received.count == 1)
            #expect(received.headers[.contentType] == "application/json")
            #expect(received.headers[HTTPField.Name("X-Tenant")!] == "a")
        }
    }

    @Test("A collector that asks to wait is waited for as long as it says", arguments: [429, 503])
    func retryAfter(status: Int) async throws {
        let answer = Collector.Answer(status: .init(code: status), headers: ["Retry-After": "7"])
        try await sending([answer, answer]) { outcome, sleeps, collector in
            #expect(outcome == .delivered(rejected: 0, message: ""))
            #expect(sleeps == [.seconds(7), .seconds(7)])
            #expect(collector.received.count == 3)
        }
    }

    @Test("Without a time it is tried again, ever later", arguments: [429, 502, 503, 504])
    func backoff(status: Int) async throws {
        let answer = Collector.Answer(status: .init(code: status))
        try await sending([answer, answer, answer]) { outcome, sleeps, _ in
            #expect(outcome == .delivered(rejected: 0, message: ""))
            #expect(sleeps == [.seconds(1), .seconds(2), .seconds(4)])
        }
    }

    @Test("What is refused for good is not sent again", arguments: [400, 401, 404, 413, 500])
    func refused(status: Int) async throws {
        try await sending([.init(status: .init(code: status), body: #"{"code": 3, "message": "too old"}"#)]) { outcome, _, collector in
            #expect(outcome == .refused("HTTP \(status): too old"))
            #expect(collector.received.count == 1)
        }
    }

    @Test("What is taken in part is not sent again")
    func partly() async throws {
        try await sending([.init(body: #"{"partialSuccess": {"rejectedSpans": "3", "errorMessage": "no name"}}"#)]) {
            outcome, _, collector in
            #expect(outcome == .delivered(rejected: 3, message: "no name"))
            #expect(collector.received.count == 1)
        }
    }

    @Test("The deadline ends it, and no try begins that could not")
    func deadline() async throws {
        let answers = Array(repeating: Collector.Answer(status: .serviceUnavailable), count: 20)
        try await sending(answers, limit: .seconds(30)) { outcome, sleeps, _ in
            #expect(outcome == .gaveUp("HTTP 503"))
            #expect(sleeps == [1, 2, 4, 8].map { .seconds($0) })
        }
    }

    @Test("A collector that is not there is tried until the deadline")
    func nobody() async throws {
        try await withCollector { _, client in
            let clock = QuickTime()
            let sender = OTLPSender(transport: client, headers: [], timeout: .seconds(1), time: clock.time)
            // Port 1 is a reserved one, where nothing listens.
            let endpoint = try OTLPEndpoint("http://127.0.0.1:1", appending: nil, origin: "test")
            let outcome = try await sender.send([], to: endpoint, until: clock.time.now() + .seconds(10))
            guard case .gaveUp = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(clock.sleeps.count == 3)
        }
    }

    @Test("Cancellation ends a request that hangs")
    func cancellation() async throws {
        try await withCollector { collector, client in
            collector.answer(.init(hangs: true))
            let sender = OTLPSender(transport: client, headers: [], timeout: .seconds(3600), time: .system)
            let endpoint = try OTLPEndpoint(collector.url, appending: "/v1/metrics", origin: "test")
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try await sender.send(Array("{}".utf8), to: endpoint, until: TelemetryTime.system.now() + .seconds(3600))
                    }
                    group.addTask {
                        while collector.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                        throw CancellationError()
                    }
                    while try await group.next() != nil {}
                }
            }
        }
    }

    @Test("The pause doubles up to half a minute, by up to half shorter or longer")
    func pauses() {
        #expect((1...8).map { OTLPSender.pause($0, 0.5) } == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        #expect(OTLPSender.pause(1, 0) == .milliseconds(500))
    }
}

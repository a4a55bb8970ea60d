import HTTPCore
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubeRuntime

@Suite struct EventAggregatorTests {
    private func content(_ note: String, object: String = "x") -> EventContent {
        EventContent(
            type: .normal, reason: "Stepped", action: "Advance", note: note,
            regarding: ObjectReference(apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: object))
    }

    private func wall(_ seconds: Int) -> Timestamp { Timestamp(seconds: Int64(seconds)) }

    @Test func `The same again is a series, written at most each ten seconds`() {
        var aggregator = EventAggregator(capacity: 10)
        aggregator.record(content("one"), now: .zero, wallTime: wall(0))
        #expect(aggregator.next(now: .zero).write == .create(content("one"), at: wall(0)))
        #expect(aggregator.next(now: .zero) == (nil, nil))
        for second in 1...5 { aggregator.record(content("one"), now: .seconds(second), wallTime: wall(second)) }
        #expect(aggregator.next(now: .seconds(5)) == (nil, .seconds(10)))
        #expect(aggregator.next(now: .seconds(10)).write == .update(content("one"), count: 6, last: wall(5)))
        #expect(aggregator.next(now: .seconds(10)) == (nil, nil))
    }

    @Test func `What came before the first write is not lost`() {
        var aggregator = EventAggregator(capacity: 10)
        for second in 0..<3 { aggregator.record(content("one"), now: .seconds(second), wallTime: wall(second)) }
        #expect(aggregator.next(now: .seconds(2)).write == .create(content("one"), at: wall(0)))
        #expect(aggregator.next(now: .seconds(12)).write == .update(content("one"), count: 3, last: wall(2)))
    }

    @Test func `After six quiet minutes it is a new event`() {
        var aggregator = EventAggregator(capacity: 10)
        aggregator.record(content("one"), now: .zero, wallTime: wall(0))
        _ = aggregator.next(now: .zero)
        aggregator.record(content("one"), now: .seconds(360), wallTime: wall(360))
        #expect(aggregator.next(now: .seconds(360)).write == .create(content("one"), at: wall(360)))
    }

    @Test func `A full queue drops and counts, and never grows`() {
        var aggregator = EventAggregator(capacity: 3)
        for number in 0..<10 { aggregator.record(content("\(number)", object: "x\(number)"), now: .zero, wallTime: wall(0)) }
        #expect(aggregator.pendingCount == 3)
        #expect(aggregator.dropped == 7)
    }

    @Test func `One object that talks too much is cut short, others are heard`() {
        var aggregator = EventAggregator(capacity: 1000)
        for number in 0..<60 { aggregator.record(content("\(number)"), now: .zero, wallTime: wall(0)) }
        #expect(aggregator.dropped == 10)
        aggregator.record(content("hello", object: "other"), now: .zero, wallTime: wall(0))
        #expect(aggregator.dropped == 10)
        aggregator.record(content("later"), now: .seconds(10), wallTime: wall(10))
        aggregator.record(content("too soon"), now: .seconds(10), wallTime: wall(10))
        #expect(aggregator.dropped == 11)
    }

    @Test func `The last words are due at once`() {
        var aggregator = EventAggregator(capacity: 10)
        aggregator.record(content("one"), now: .zero, wallTime: wall(0))
        _ = aggregator.next(now: .zero)
        aggregator.record(content("one"), now: .seconds(1), wallTime: wall(1))
        #expect(aggregator.next(now: .seconds(1)).write == nil)
        #expect(aggregator.next(now: .seconds(1), isLast: true).write == .update(content("one"), count: 2, last: wall(1)))
    }
}

@Suite struct EventRecorderTests {
    /// A server that keeps what it is sent, and may refuse it.
    private final class Sink: Transport {
        private let state = Mutex((sent: [(method: String, path: String, body: JSON)](), failures: [Int]()))
        init(failures: [Int] = []) { state.withLock { $0.failures = failures } }
        var sent: [(method: String, path: String, body: JSON)] { state.withLock { $0.sent } }

        func withResponse<Result>(
            to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
            _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
        ) async throws -> Result {
            guard case .bytes(let bytes) = body else { throw TransportError(.unsupported, "no body") }
            let json = try JSON.parse(bytes)
            let status = state.withLock { state in
                let status = state.failures.isEmpty ? 200 : state.failures.removeFirst()
                if status == 200 { state.sent.append((request.method.rawValue, request.path ?? "", json)) }
                return status
            }
            let answer: JSON = status == 200 ? ["metadata": ["name": "e"]] : ["kind": "Status", "code": .integer(Int64(status))]
            var parts = [answer.bytes()][...]
            var stream = ResponseBody { parts.popFirst() }
            return try await handle(HTTPResponse(status: .init(code: status)), &stream)
        }
    }

    private func recorder(_ sink: Sink, _ time: ManualTime) throws -> EventRecorder {
        EventRecorder(
            client: try Client(transport: sink, server: "https://api.test"), controller: "graft.dev/test", instance: "pod-1",
            logger: silent,
            surroundings: time.surroundings)
    }

    private func running(_ recorder: EventRecorder, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await recorder.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private let regarding = ObjectReference(apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "x", uid: "u")

    @Test func `An event says who saw what happen to whom, and its repeats count up`() async throws {
        let (sink, time) = (Sink(), ManualTime())
        let recorder = try recorder(sink, time)
        try await running(recorder) {
            recorder.record(.warning, reason: "ProbeFailed", action: "Probe", note: "it fails", regarding: regarding)
            try await eventually("the event") { sink.sent.count == 1 }
            recorder.record(.warning, reason: "ProbeFailed", action: "Probe", note: "it fails", regarding: regarding)
            try await eventually("the series") {
                time.advanceToNextSleeper()
                return sink.sent.count == 2
            }
        }
        let event = try Event(from: sink.sent[0].body)
        #expect(sink.sent[0].method == "POST" && sink.sent[0].path == "/apis/events.k8s.io/v1/namespaces/a/events")
        #expect(event.metadata.name.hasPrefix("x."))
        #expect(event.type == "Warning" && event.reason == "ProbeFailed" && event.action == "Probe" && event.note == "it fails")
        #expect(event.reportingController == "graft.dev/test" && event.reportingInstance == "pod-1")
        #expect(event.regarding == regarding)
        #expect(sink.sent[1].method == "PATCH" && sink.sent[1].path.hasSuffix("/events/\(event.metadata.name)"))
        #expect(sink.sent[1].body["series"]?["count"] == 2)
    }

    @Test func `What the server can't take now is tried again, then dropped and counted`() async throws {
        let (sink, time) = (Sink(failures: [503, 503, 503, 503, 503, 200, 403]), ManualTime())
        let recorder = try recorder(sink, time)
        try await running(recorder) {
            for note in ["lost", "late", "forbidden", "fine"] {
                recorder.record(.normal, reason: "R", action: "A", note: note, regarding: regarding)
            }
            try await eventually("all") {
                time.advanceToNextSleeper()
                return sink.sent.count == 2
            }
        }
        #expect(sink.sent.map { $0.body["note"]?.string } == ["late", "fine"])
        #expect(recorder.dropped == 2)
    }

    @Test func `A repeat of an event that is gone from the server is written anew`() async throws {
        let (sink, time) = (Sink(failures: [200, 404]), ManualTime())
        let recorder = try recorder(sink, time)
        try await running(recorder) {
            recorder.record(.normal, reason: "R", action: "A", note: "n", regarding: regarding)
            try await eventually("the event") { sink.sent.count == 1 }
            recorder.record(.normal, reason: "R", action: "A", note: "n", regarding: regarding)
            try await eventually("the new one") {
                time.advanceToNextSleeper()
                return sink.sent.count == 2
            }
        }
        #expect(sink.sent[1].method == "POST")
        #expect(sink.sent[1].body["series"]?["count"] == 2)
    }

    @Test func `A long note is cut between characters, and cluster-wide objects' events land in default`() async throws {
        let (sink, time) = (Sink(), ManualTime())
        let recorder = try recorder(sink, time)
        let node = ObjectReference(apiVersion: "v1", kind: "Node", name: "n")
        try await running(recorder) {
            recorder.record(.normal, reason: "R", action: "A", note: "a" + String(repeating: "ä", count: 600), regarding: node)
            try await eventually("the event") { sink.sent.count == 1 }
        }
        #expect(sink.sent[0].path == "/apis/events.k8s.io/v1/namespaces/default/events")
        #expect(sink.sent[0].body["note"]?.string == "a" + String(repeating: "ä", count: 511))
    }

    @Test func `A graceful shutdown writes what is pending`() async throws {
        let (sink, time) = (Sink(), ManualTime())
        let recorder = try recorder(sink, time)
        for number in 0..<5 { recorder.record(.normal, reason: "R", action: "A", note: "\(number)", regarding: regarding) }
        let group = ServiceGroup(services: [recorder], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(sink.sent.count == 5)
    }
}

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

    private func next(_ aggregator: inout EventAggregator, _ seconds: Int) -> (what: String?, until: Duration?) {
        let (write, until) = aggregator.next(now: .seconds(seconds))
        guard let write else { return (nil, until) }
        if write.name == nil { aggregator.created(write.series, name: "e") }
        return (
            "\(write.name == nil ? "create" : "update") \(write.content.note) \(write.count) \(write.last.microseconds / 1_000_000)", until
        )
    }

    private func record(_ aggregator: inout EventAggregator, _ note: String, object: String = "x", _ second: Int) {
        aggregator.record(content(note, object: object), now: .seconds(second), wallTime: wall(second))
    }

    @Test func `The first and the second are written at once, the others are counted and written each half hour`() {
        var aggregator = EventAggregator(limits: EventLimits())
        record(&aggregator, "one", 0)
        #expect(next(&aggregator, 0).what == "create one 1 0")
        #expect(next(&aggregator, 0) == (nil, .seconds(360)))
        record(&aggregator, "one", 1)
        #expect(next(&aggregator, 1).what == "update one 2 1")
        var written: [String] = []
        for second in stride(from: 60, through: 7200, by: 60) {
            record(&aggregator, "one", second)
            if let write = next(&aggregator, second).what { written.append(write) }
        }
        #expect(written.count == 3, "\(written)")
        #expect(written.first?.hasPrefix("update one 3") == true, "two and thirty: \(written)")
    }

    @Test func `A series that has been quiet for six minutes gets its last count, and ends`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for second in 0..<5 {
            record(&aggregator, "one", second)
            _ = next(&aggregator, second)
        }
        #expect(next(&aggregator, 359).what == nil)
        var last: String?
        for second in 364...740 where last == nil { last = next(&aggregator, second).what }
        #expect(last == "update one 5 4")
        #expect(aggregator.seriesCount == 0)
        record(&aggregator, "one", 800)
        #expect(next(&aggregator, 800).what == "create one 1 800")
    }

    @Test func `What came before the first write is not lost`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for second in 0..<3 { record(&aggregator, "one", second) }
        #expect(next(&aggregator, 2).what == "create one 3 2")
        #expect(next(&aggregator, 2).what == nil)
    }

    @Test func `After six quiet minutes it is a new event`() {
        var aggregator = EventAggregator(limits: EventLimits())
        record(&aggregator, "one", 0)
        _ = next(&aggregator, 0)
        record(&aggregator, "one", 360)
        #expect(next(&aggregator, 360).what == "create one 1 360")
    }

    @Test func `A full queue drops and counts, and never grows`() {
        var aggregator = EventAggregator(limits: EventLimits(pending: 3))
        for number in 0..<10 { record(&aggregator, "\(number)", object: "x\(number)", 0) }
        #expect(aggregator.pendingCount == 3)
        #expect(aggregator.dropped == 7)
    }

    @Test func `One object that talks too much is cut short, others are heard`() {
        var aggregator = EventAggregator(limits: EventLimits(burst: 50, refill: .seconds(10), notes: 1000))
        for number in 0..<60 { record(&aggregator, "\(number)", 0) }
        #expect(aggregator.dropped == 10)
        record(&aggregator, "hello", object: "other", 0)
        #expect(aggregator.dropped == 10)
        record(&aggregator, "later", 10)
        record(&aggregator, "too soon", 10)
        #expect(aggregator.dropped == 11)
    }

    @Test func `More than ten notes of one kind within ten minutes are told as one`() {
        var aggregator = EventAggregator(limits: EventLimits())
        var written: [String] = []
        for number in 0..<30 {
            record(&aggregator, "note \(number)", number)
            if let what = next(&aggregator, number).what { written.append(what) }
        }
        record(&aggregator, "note 3", 31)
        #expect(next(&aggregator, 31).what == "update note 3 2 31", "a note that is known goes on as its own series")
        #expect(written.count == 12)
        #expect(written[9] == "create note 9 1 9")
        #expect(written[10] == "create (combined from similar events) note 10 1 10")
        #expect(written[11] == "update (combined from similar events) note 10 2 11")
        aggregator.flush()
        #expect(next(&aggregator, 32).what == "update (combined from similar events) note 10 20 29")
        record(&aggregator, "much later", 700)
        #expect(next(&aggregator, 700).what == "create much later 1 700")
    }

    @Test func `An object is one object, whatever version of it is named`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for version in 1...3 {
            var content = content("one")
            content.regarding.resourceVersion = "\(version)"
            aggregator.record(content, now: .zero, wallTime: wall(0))
        }
        #expect(next(&aggregator, 0).what == "create one 3 0")
        #expect(next(&aggregator, 0).what == nil)
    }

    @Test func `The last words are due at once`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for second in 0..<4 {
            record(&aggregator, "one", second)
            _ = next(&aggregator, second)
        }
        #expect(next(&aggregator, 3).what == nil)
        aggregator.flush()
        #expect(next(&aggregator, 3).what == "update one 4 3")
        #expect(next(&aggregator, 3).what == nil)
    }

    @Test("Whatever is recorded, each is written, counted or dropped, and memory is bounded", arguments: 0..<10)
    func properties(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var aggregator = EventAggregator(limits: EventLimits(pending: 20, burst: 5, refill: .seconds(3)))
        var (now, recorded, told) = (0, 0, 0)
        /// The count that was written last, by the event's name.
        var counts: [String: Int] = [:]
        func drain(_ aggregator: inout EventAggregator) {
            while let write = aggregator.next(now: .seconds(now)).write {
                let name = write.name ?? "e\(write.number)"
                #expect(write.count > counts[name] ?? 0, "nothing is written twice")
                #expect((write.name == nil) == (counts[name] == nil), "an event is created once")
                counts[name] = write.count
                aggregator.created(write.series, name: name)
            }
        }
        for _ in 0..<5000 {
            if Int.random(in: 0..<4, using: &random) > 0 {
                record(&aggregator, "n\(Int.random(in: 0..<15, using: &random))", object: "x\(Int.random(in: 0..<8, using: &random))", now)
                recorded += 1
            } else {
                now += [0, 1, 5, 60, 400].randomElement(using: &random)!
                if Bool.random(using: &random) { drain(&aggregator) }
            }
            #expect(aggregator.pendingCount <= 20 + 8 * 16, "new ones at most, and each series once")
        }
        aggregator.flush()
        drain(&aggregator)
        told = counts.values.reduce(0, +)
        #expect(told <= recorded)
        #expect(told + aggregator.dropped >= recorded - 8 * 16, "but for counts that a new series of the same cut off")
        #expect(aggregator.dropped > 0 && told > 0)
    }

    @Test func `A flood of different objects is remembered within bounds`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for number in 0..<20_000 {
            record(&aggregator, "n", object: "x\(number)", number / 1000)
            _ = next(&aggregator, number / 1000)
        }
        #expect(aggregator.seriesCount <= 4096)
        #expect(aggregator.dropped == 0)
    }
}

@Suite struct RecentlyUsedTests {
    @Test func `It holds what was used last, and no more than its limit`() {
        var recent = RecentlyUsed<Int, Int>(limit: 10)
        for number in 0..<100 {
            recent[number] = number
            #expect(recent[0] == 0, "what is asked for again and again stays")
            #expect(recent.count <= 10)
        }
        #expect(recent[99] == 99 && recent[98] == 98 && recent[50] == nil)
        recent[99] = nil
        #expect(recent[99] == nil)
    }
}

@Suite struct EventRecorderTests {
    /// A server that keeps what it is sent, and may refuse it.
    private final class Sink: Transport {
        private let state = Mutex((sent: [(method: String, path: String, body: JSON)](), failures: [Int]()))
        private let gate = Signal()
        private let held = Mutex(false)
        init(failures: [Int] = [], holds: Bool = false) {
            state.withLock { $0.failures = failures }
            if !holds { gate.fire() }
        }
        /// Whether a request waits for its answer, which none gets before `letGo`.
        var isHolding: Bool { held.withLock { $0 } }
        func letGo() { gate.fire() }
        var sent: [(method: String, path: String, body: JSON)] { state.withLock { $0.sent } }

        func withResponse<Result>(
            to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
            _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
        ) async throws -> Result {
            guard case .bytes(let bytes) = body else { throw TransportError(.unsupported, "no body") }
            let json = try JSON.parse(bytes)
            held.withLock { $0 = true }
            try await gate.wait()
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

    @Test func `What the server can't take now is tried again for a minute, then dropped and counted`() async throws {
        let failures = [Int](repeating: 503, count: 12) + [503, 503, 200, 403]
        let (sink, time) = (Sink(failures: failures), ManualTime())
        let recorder = try recorder(sink, time)
        try await running(recorder) {
            for note in ["lost", "late", "forbidden", "fine"] {
                recorder.record(.normal, reason: "R", action: "A", note: note, regarding: regarding)
            }
            try await eventually("all") {
                time.advanceToNextSleeper(within: .seconds(15))
                return sink.sent.count == 2
            }
        }
        #expect(sink.sent.map { $0.body["note"]?.string } == ["late", "fine"])
        #expect(recorder.dropped == 2)
        #expect(time.now - .seconds(1000) > .seconds(60), "a server that is away for a minute loses nothing")
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

    @Test func `A write that is under way when the shutdown comes is not lost`() async throws {
        let (sink, time) = (Sink(holds: true), ManualTime())
        let recorder = try recorder(sink, time)
        recorder.record(.normal, reason: "R", action: "A", note: "under way", regarding: regarding)
        let group = ServiceGroup(services: [recorder], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the request") { sink.isHolding }
            await group.triggerGracefulShutdown()
            sink.letGo()
            try await tasks.waitForAll()
        }
        #expect(sink.sent.map { $0.body["note"]?.string } == ["under way"])
    }

    @Test func `What is pending does not hold a shutdown up for longer than two seconds`() async throws {
        let (sink, time) = (Sink(holds: true), ManualTime())
        let recorder = try recorder(sink, time)
        recorder.record(.normal, reason: "R", action: "A", note: "stuck", regarding: regarding)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await recorder.whileWriting { try await eventually("the request") { sink.isHolding } }
            }
            try await eventually("the deadline") { time.advanceToNextSleeper(within: .seconds(2)) }
            try await tasks.waitForAll()
        }
        #expect(sink.sent.isEmpty)
        #expect(time.now == .seconds(1002))
    }

    @Test func `What the last reconcile of a shutdown tells is written`() async throws {
        let (sink, time) = (Sink(), ManualTime())
        let recorder = try recorder(sink, time)
        let (goOn, started) = (Signal(), Signal())
        let (reference, events) = (regarding, recorder)
        let controller = Controller<String>("test", triggers: [], logger: silent) { key in
            started.fire()
            try await goOn.wait()
            events.record(.normal, reason: "Done", action: "Finish", note: "the last one", regarding: reference)
            return .awaitChange
        }
        controller.enqueue("a")
        // All hear of the shutdown at once, as parts of one service do.
        let service = Work { try await events.whileWriting { try await Concurrently([controller]).run() } }
        let group = ServiceGroup(services: [service], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await started.wait()
            await group.triggerGracefulShutdown()
            for _ in 0..<50 { await Task.yield() }
            goOn.fire()
            try await tasks.waitForAll()
        }
        #expect(sink.sent.map { $0.body["note"]?.string } == ["the last one"])
    }

    @Test func `Recorder and controller in one group are shut down in the right order`() async throws {
        let (sink, time) = (Sink(), ManualTime())
        let recorder = try recorder(sink, time)
        let (goOn, started) = (Signal(), Signal())
        let reference = regarding
        let controller = Controller<String>("test", triggers: [], logger: silent) { key in
            started.fire()
            try await goOn.wait()
            recorder.record(.normal, reason: "Done", action: "Finish", note: "the last one", regarding: reference)
            return .awaitChange
        }
        controller.enqueue("a")
        let group = ServiceGroup(services: [recorder, controller], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await started.wait()
            await group.triggerGracefulShutdown()
            goOn.fire()
            try await tasks.waitForAll()
        }
        #expect(sink.sent.map { $0.body["note"]?.string } == ["the last one"])
    }

    @Test func `Recording does not wait for a server that says nothing`() async throws {
        let (sink, time) = (Sink(holds: true), ManualTime())
        let recorder = try recorder(sink, time)
        try await running(recorder) {
            for number in 0..<5000 {
                let object = ObjectReference(apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "x\(number)", uid: "u\(number)")
                recorder.record(.normal, reason: "R", action: "A", note: "n", regarding: object)
                if number == 0 { try await eventually("the request") { sink.isHolding } }
            }
            #expect(recorder.pending == 1000)
            #expect(recorder.dropped == 3999)
        }
    }
}

/// A service made of a function.
private struct Work: Service {
    var body: @Sendable () async throws -> Void
    init(_ body: @escaping @Sendable () async throws -> Void) { self.body = body }
    func run() async throws { try await body() }
}

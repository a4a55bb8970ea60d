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
            try await eventually("the controller hears of the shutdown") { controller.queue.isShutDown }
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

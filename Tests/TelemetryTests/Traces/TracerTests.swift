import Randomness
import Testing
import Tracing

@testable import Telemetry

@Suite("The tracer") struct TracerTests {
    private let queue = SpanQueue(limit: 100)

    private func tracer(_ ratio: Double = 1) -> RecordingTracer { RecordingTracer(sampler: Sampler(ratio: ratio), queue: queue) }

    private struct Carrier: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }

    @Test("Spans of child tasks are children, by the task's context alone")
    func children() async throws {
        await withTracer(tracer()) {
            await withSpan("reconcile") { _ in
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<2 {
                        group.addTask { await withSpan("request \(number)", ofKind: .client) { _ in await Task.yield() } }
                    }
                }
            }
        }
        let spans = queue.take(100)
        let root = try #require(spans.first { $0.name == "reconcile" })
        #expect(root.parent == nil)
        #expect(Set(spans.map(\.name)) == ["reconcile", "request 0", "request 1"])
        for child in spans where child.name != "reconcile" {
            #expect(child.parent == root.context.parent.span)
            #expect(child.context.parent.trace == root.context.parent.trace)
            #expect(child.kind == .client)
            #expect(child.start >= root.start && child.end <= root.end)
        }
    }

    @Test("A context goes over HTTP and comes back: the remote span is a child, and other vendors' data is kept")
    func propagation() throws {
        let tracer = tracer()
        let span = tracer.startSpan("here")
        var headers: [String: String] = [:]
        tracer.inject(span.context, into: &headers, using: Carrier())
        headers["tracestate"] = "vendor=1"
        var context = ServiceContext.topLevel
        tracer.extract(headers, into: &context, using: Carrier())
        let remote = tracer.startSpan("there", context: context)
        remote.end()
        let finished = try #require(queue.take(1).first)
        #expect(finished.parent == span.context.span?.parent.span)
        #expect(finished.context.parent.trace == span.context.span?.parent.trace)
        #expect(finished.context.state == "vendor=1")
    }

    @Test("Without a span nothing is sent, and what is not valid begins a trace of its own")
    func noContext() {
        let tracer = tracer()
        var headers: [String: String] = [:]
        tracer.inject(.topLevel, into: &headers, using: Carrier())
        #expect(headers.isEmpty)
        var context = ServiceContext.topLevel
        tracer.extract(["traceparent": "nonsense", "tracestate": "x=1"], into: &context, using: Carrier())
        #expect(context.span == nil)
    }

    @Test("The ratio decides on traces; children follow their parents, and what is not recorded says so to others")
    func sampling() throws {
        let tracer = tracer(0.25)
        var sampled = 0
        var random = SeededRandom(seed: 1)
        for _ in 0..<4000 {
            let trace = try #require(TraceID(high: random.next(), low: random.next()))
            if Sampler(ratio: 0.25).records(trace, parent: nil) { sampled += 1 }
        }
        #expect((850...1150).contains(sampled))
        for _ in 0..<50 {
            let parent = tracer.startSpan("parent")
            let child = tracer.startSpan("child", context: parent.context)
            #expect(parent.isRecording == child.isRecording)
            #expect(child.context.span?.parent.text.hasSuffix(child.isRecording ? "-01" : "-00") == true)
            child.attributes["a"] = 1
            #expect(child.attributes.isEmpty == !child.isRecording)
            child.end()
        }
        let trace = try #require(TraceID(high: 0, low: .max))
        #expect(!Sampler(ratio: 0).records(trace, parent: nil))
        #expect(Sampler(ratio: 1).records(trace, parent: nil))
    }

    @Test("A span ends once, and nothing changes it afterwards")
    func ending() throws {
        let span = tracer().startSpan("a")
        span.operationName = "b"
        span.attributes["x"] = "1"
        span.addEvent("e")
        span.end()
        span.end()
        span.operationName = "c"
        span.setStatus(SpanStatus(code: .error))
        let spans = queue.take(10)
        #expect(spans.count == 1)
        #expect(spans.first?.name == "b")
        #expect(spans.first?.status == nil)
        #expect(spans.first?.events.map(\.name) == ["e"])
    }

    @Test("A span does not grow without end; what is dropped is counted")
    func limits() throws {
        let span = tracer().startSpan("a")
        for number in 0..<200 {
            span.addEvent(SpanEvent(name: "\(number)"))
            span.addLink(SpanLink(context: .topLevel, attributes: [:]))
        }
        span.attributes = SpanAttributes(Dictionary(uniqueKeysWithValues: (0..<200).map { ("\($0)", .int64(1)) }))
        span.end()
        let finished = try #require(queue.take(1).first)
        #expect((finished.attributes.count, finished.events.count, finished.links.count) == (128, 128, 128))
        #expect((finished.droppedAttributes, finished.droppedEvents, finished.droppedLinks) == (72, 72, 72))
    }

    @Test("Errors are events with type and message, and success is final")
    func errors() throws {
        struct Broken: Error {}
        let span = tracer().startSpan("a")
        span.recordError(Broken())
        span.setStatus(SpanStatus(code: .ok))
        span.setStatus(SpanStatus(code: .error))
        span.end()
        let finished = try #require(queue.take(1).first)
        #expect(finished.events.first?.name == "exception")
        #expect(finished.events.first?.attributes.get("exception.message") == .string("Broken()"))
        #expect(finished.status?.code == .ok)
    }

    @Test("A clock that is set back makes no span that ends before it starts")
    func clock() throws {
        let span = tracer().startSpan("a", at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1000))
        span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 10))
        let finished = try #require(queue.take(1).first)
        #expect((finished.start, finished.end) == (1000, 1000))
    }

    @Test("A full queue drops, and counts what it drops")
    func full() {
        let tracer = tracer()
        for number in 0..<150 { tracer.startSpan("\(number)").end() }
        #expect((queue.count, queue.dropped) == (100, 50))
        #expect(queue.take(2).map(\.name) == ["0", "1"])
    }
}

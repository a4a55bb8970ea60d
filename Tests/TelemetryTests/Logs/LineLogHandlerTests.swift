import JSON
import Logging
import Randomness
import Testing
import Tracing

@testable import Telemetry

@Suite("Lines of the log") struct LineLogHandlerTests {
    private let recorder = LogRecorder()

    @Test("JSON: time, level, logger, message, and metadata as values")
    func json() throws {
        var logger = recorder.logger(.json)
        logger[metadataKey: "controller"] = "deployment"
        logger.warning(
            "reconcile failed",
            metadata: ["failures": .stringConvertible(3), "isLast": .stringConvertible(true), "hosts": ["a", "b"], "of": ["x": "y"]])
        #expect(
            recorder.lines == [
                #"{"ts":"2026-11-21T11:00:00.123456Z","level":"warning","logger":"test","msg":"reconcile failed","controller":"deployment","failures":3,"hosts":["a","b"],"isLast":true,"of":{"x":"y"}}"#
                    + "\n"
            ])
    }

    @Test("Text: for people, with quotes where it would be ambiguous")
    func text() {
        recorder.logger().info("leading", metadata: ["lease": "a/b", "why": "two words", "empty": "", "equal": "a=b", "lines": "1\n2"])
        #expect(
            recorder.lines == [
                #"2026-11-21T11:00:00.123456Z info test: leading empty="" equal="a=b" lease=a/b lines="1\n2" why="two words""# + "\n"
            ])
    }

    @Test("What others wrote neither moves a terminal's cursor nor turns its lines")
    func terminal() {
        recorder.logger().info("told", metadata: ["said": "\u{1B}[2Jgone\u{9B}31m \u{202E}txt", "name": "a\u{7F}b\u{85}c", "ok": "größe"])
        let line = recorder.lines[0].dropLast()
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" }, "\(line)")
        #expect(line.contains("ok=größe"))
    }

    @Test("What is nearest wins: the event over the provider, and that over the logger")
    func precedence() throws {
        var logger = recorder.logger(.json, metadata: Logger.MetadataProvider { ["a": "provider", "b": "provider"] })
        for key in ["a", "b", "c"] { logger[metadataKey: key] = "logger" }
        logger.info("m", metadata: ["a": "event"])
        let line = try JSON.parse(recorder.lines[0])
        #expect((line["a"], line["b"], line["c"]) == ("event", "provider", "logger"))
    }

    @Test("Levels are a logger's own, and what lies below is not written")
    func levels() {
        let logger = recorder.logger(level: .warning)
        var other = logger
        other.logLevel = .debug
        logger.info("no")
        other.debug("yes")
        #expect(recorder.lines.count == 1)
    }

    @Test("The span that work belongs to is named")
    func spans() throws {
        let queue = SpanQueue()
        let logger = recorder.logger(.json, metadata: .trace)
        logger.info("outside")
        withTracer(RecordingTracer(sampler: Sampler(ratio: 1), queue: queue)) { withSpan("a") { _ in logger.info("inside") } }
        let span = try #require(queue.take(1).first)
        let lines = try recorder.lines.map { try JSON.parse($0) }
        #expect(lines[0]["trace_id"] == nil)
        #expect(lines[1]["trace_id"]?.string == "\(span.context.parent.trace)")
        #expect(lines[1]["span_id"]?.string == "\(span.context.parent.span)")
    }

    @Test("Whatever is logged is one line, and JSON reads it back", arguments: 0..<20)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let message = random.nastyText(upTo: 12)
            var metadata: Logger.Metadata = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                metadata[Bool.random(using: &random) ? "msg" : random.nastyText(upTo: 4)] = "\(random.nastyText())"
            }
            for format in LogFormat.allCases {
                let recorder = LogRecorder()
                recorder.logger(format).info("\(message)", metadata: metadata)
                let line = try #require(recorder.lines.first)
                #expect(recorder.lines.count == 1)
                #expect(line.utf8.last == 0x0A && line.utf8.count { $0 == 0x0A } == 1)
                guard format == .json else { continue }
                let json = try JSON.parse(line)
                #expect(json["msg"]?.string == message)
                #expect(json.object?.count == 4 + metadata.count)
                for (key, value) in metadata where !["ts", "level", "logger", "msg"].contains(key) {
                    #expect(json[key]?.string == value.description)
                }
            }
        }
    }
}

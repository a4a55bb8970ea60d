import CoreMetrics
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import Randomness
import Testing
import Tracing

@testable import Telemetry

@Suite("Exporting metrics and spans") struct OTLPExporterTests {
    private func configuration(_ collector: Collector) throws -> OTLPConfiguration {
        var configuration = OTLPConfiguration(
            traces: try OTLPEndpoint(collector.url, appending: "/v1/traces", origin: "test"),
            metrics: try OTLPEndpoint(collector.url, appending: "/v1/metrics", origin: "test"))
        configuration.resource = [.init("service.name", "test")]
        configuration.metricInterval = .milliseconds(50)
        configuration.spanInterval = .milliseconds(20)
        configuration.flushLimit = .seconds(60)
        return configuration
    }

    private func system(
        _ configuration: OTLPConfiguration, _ client: HTTPClient, log: LogRecorder = LogRecorder(), time: TelemetryTime = .system
    ) -> TelemetrySystem {
        TelemetrySystem(
            descriptions: [MetricDescription("wait_seconds", "Waiting.", unit: "seconds", bounds: [1, 2])], export: configuration,
            transport: client, logger: log.logger(), time: time)
    }

    @Test("Metrics of all kinds arrive, cumulative, in the shape that the protocol prescribes")
    func metrics() async throws {
        try await withCollector { collector, client in
            try await system(try configuration(collector), client).run {
                Counter(label: "requests_total", dimensions: [("code", "200")]).increment(by: 5)
                Gauge(label: "depth").record(2.5)
                Timer(label: "wait_seconds").recordMilliseconds(1500)
                Gauge(label: "strange").record(Double.nan)
                try await eventually("two exports") { collector.received("/v1/metrics").count >= 2 }
            }
            let request = try #require(collector.received("/v1/metrics").last)
            #expect(OTLPShape.metricsRequest.problems(of: request) == [])
            let metrics = request.metrics
            let sum = metrics["requests_total"]?["sum"]
            #expect(sum?["aggregationTemporality"] == 2)
            #expect(sum?["isMonotonic"] == true)
            #expect(sum?["dataPoints"]?[0]?["asInt"] == "5")
            #expect(sum?["dataPoints"]?[0]?.attributes == ["code": "200"])
            #expect(metrics["depth"]?["gauge"]?["dataPoints"]?[0]?["asDouble"] == 2.5)
            #expect(metrics["strange"]?["gauge"]?["dataPoints"]?[0]?["asDouble"] == "NaN")
            #expect(metrics["wait_seconds"]?["unit"] == "s")
            let histogram = metrics["wait_seconds"]?["histogram"]?["dataPoints"]?[0]
            #expect(histogram?["bucketCounts"] == ["0", "1", "0"])
            #expect(histogram?["explicitBounds"] == [1.0, 2.0])
            #expect(histogram?["sum"] == 1.5)
            #expect(request["resourceMetrics"]?[0]?["resource"]?.attributes == ["service.name": "test"])
            let start = sum?["dataPoints"]?[0]?["startTimeUnixNano"]?.string.flatMap { UInt64($0) } ?? .max
            let now = sum?["dataPoints"]?[0]?["timeUnixNano"]?.string.flatMap { UInt64($0) } ?? 0
            #expect(start < now)
        }
    }

    @Test("Spans arrive with their parents, attributes, events and links, in the shape that the protocol prescribes")
    func spans() async throws {
        try await withCollector { collector, client in
            struct Broken: Error {}
            try await system(try configuration(collector), client).run {
                try? withSpan("outer") { outer in
                    outer.attributes["text"] = "a\"b"
                    outer.attributes["number"] = 7
                    outer.attributes["truth"] = true
                    outer.attributes["share"] = 0.5
                    outer.attributes["list"] = SpanAttribute.int64Array([1, 2])
                    try withSpan("inner", ofKind: .client) { inner in
                        inner.addLink(SpanLink(context: outer.context, attributes: ["why": "test"]))
                        throw Broken()
                    }
                }
                try await eventually("the spans") { collector.spans().count == 2 }
            }
            let requests = collector.received("/v1/traces")
            for request in requests { #expect(OTLPShape.tracesRequest.problems(of: request) == []) }
            let spans = requests.flatMap(\.spans)
            let inner = try #require(spans.first { $0["name"] == "inner" })
            let outer = try #require(spans.first { $0["name"] == "outer" })
            #expect(inner["parentSpanId"] == outer["spanId"])
            #expect(inner["traceId"] == outer["traceId"])
            #expect((inner["kind"], outer["kind"]) == (3, 1))
            #expect(inner["status"]?["code"] == 2)
            #expect(inner["events"]?[0]?.attributes["exception.message"] == "Broken()")
            #expect(inner["links"]?[0]?["spanId"] == outer["spanId"])
            #expect(outer.attributes["text"] == "a\"b")
            #expect(outer.attributes["number"] == "7")
            #expect(outer.attributes["list"] == ["values": [["intValue": "1"], ["intValue": "2"]]])
        }
    }

    @Test("Any text arrives as it was", arguments: 0..<4)
    func fuzz(seed: UInt64) async throws {
        try await withCollector { collector, client in
            var random = SeededRandom(seed: seed)
            let texts = (0..<50).map { _ in random.nastyText() }
            try await system(try configuration(collector), client).run {
                for text in texts {
                    withSpan("span") { $0.attributes["text"] = text }
                    Counter(label: "c_total", dimensions: [("text", text)]).increment()
                }
            }
            let spans = collector.spans()
            #expect(spans.map { $0.attributes["text"]?.string ?? "none" }.sorted() == texts.sorted())
            for request in collector.received("/v1/traces") { #expect(OTLPShape.tracesRequest.problems(of: request) == []) }
            let last = try #require(collector.received("/v1/metrics").last)
            #expect(OTLPShape.metricsRequest.problems(of: last) == [])
            let points = last.metrics["c_total"]?["sum"]?["dataPoints"]?.array ?? []
            #expect(Set(points.compactMap { $0.attributes["text"]?.string }) == Set(texts.filter { !$0.isEmpty }))
        }
    }

    @Test("What is left at the end is sent, also when the program ends by an error")
    func flush() async throws {
        try await withCollector { collector, client in
            struct LeadershipLost: Error {}
            var configuration = try configuration(collector)
            configuration.metricInterval = .seconds(3600)
            configuration.spanInterval = .seconds(3600)
            let system = system(configuration, client)
            await #expect(throws: LeadershipLost.self) {
                try await system.run {
                    withSpan("last") { _ in }
                    Counter(label: "c_total").increment(by: 3)
                    throw LeadershipLost()
                }
            }
            #expect(collector.received("/v1/traces").flatMap(\.spans).map { $0["name"] } == ["last"])
            #expect(collector.received("/v1/metrics").last?.metrics["c_total"]?["sum"]?["dataPoints"]?[0]?["asInt"] == "3")
        }
    }

    @Test("What is on its way at the end arrives, and is not sent a second time")
    func onItsWay() async throws {
        try await withCollector { collector, client in
            collector.answer(.init(delay: .milliseconds(300)))
            var configuration = try configuration(collector)
            configuration.metrics = nil
            let system = system(configuration, client)
            try await system.run {
                withSpan("a") { _ in }
                try await eventually("it is on its way") { !collector.received.isEmpty }
            }
            #expect(collector.received("/v1/traces").map(\.spans.count) == [1])
            let dropped = system.registry.snapshot().families.first { $0.name == "telemetry_spans_dropped_total" }?.points.first?.value
            guard case .integer(0) = dropped else {
                Issue.record("counted as dropped: \(String(describing: dropped))")
                return
            }
        }
    }

    @Test("A collector that hangs holds nobody up: the program ends within the limit")
    func hanging() async throws {
        try await withCollector { collector, client in
            for _ in 0..<20 { collector.answer(.init(hangs: true)) }
            var configuration = try configuration(collector)
            configuration.flushLimit = .milliseconds(300)
            let end = try await system(configuration, client).run {
                withSpan("a") { _ in }
                try await eventually("spans and metrics hang") {
                    !collector.received("/v1/traces").isEmpty && !collector.received("/v1/metrics").isEmpty
                }
                return ContinuousClock.now
            }
            #expect(ContinuousClock.now - end < .seconds(60))
        }
    }

    @Test("While a collector is away spans are dropped, not piled up; it is logged once that it is away, and once that it is back")
    func outage() async throws {
        try await withCollector { collector, client in
            for _ in 0..<3 { collector.answer(.init(status: .badRequest, body: #"{"message": "go away"}"#)) }
            var configuration = try configuration(collector)
            configuration.metrics = nil
            configuration.spanLimit = 10
            let log = LogRecorder()
            let system = system(configuration, client, log: log)
            try await system.run {
                for round in 1...4 {
                    for _ in 0..<30 { withSpan("a") { _ in } }
                    try await eventually("export \(round)") { collector.received.count >= round }
                }
            }
            #expect(log.lines.count { $0.contains("the collector takes no telemetry") } == 1)
            #expect(log.lines.count { $0.contains("the collector takes telemetry again") } == 1)
            #expect(log.lines.contains { $0.contains(#"error="HTTP 400: go away""#) })
            let dropped = system.registry.snapshot().families.first { $0.name == "telemetry_spans_dropped_total" }?.points.first?.value
            guard case .integer(let count) = dropped else {
                Issue.record("nothing was counted as dropped")
                return
            }
            // None is lost without being counted. Those of a request that the end of the program cut off may be counted and have arrived.
            let total = Int(count) + collector.spans(after: 3).count
            #expect(total >= 120 && total <= 120 + configuration.spanLimit)
        }
    }

    @Test("Many spans and series go in several requests")
    func batches() async throws {
        try await withCollector { collector, client in
            var configuration = try configuration(collector)
            configuration.metricInterval = .seconds(3600)
            configuration.spanInterval = .seconds(3600)
            configuration.spanBatch = 10
            configuration.pointBatch = 40
            try await system(configuration, client).run {
                for _ in 0..<35 { withSpan("a") { _ in } }
                for number in 0..<100 { Gauge(label: "g", dimensions: [("n", "\(number)")]).record(number) }
            }
            #expect(collector.received("/v1/traces").map(\.spans.count) == [10, 10, 10, 5])
            let requests = collector.received("/v1/metrics")
            #expect(requests.count == 3)
            for request in requests { #expect(OTLPShape.metricsRequest.problems(of: request) == []) }
            #expect(requests.compactMap { $0.metrics["g"]?["gauge"]?["dataPoints"]?.array?.count }.reduce(0, +) == 100)
        }
    }

    @Test("Without a collector metrics are kept all the same, and spans cost nothing")
    func withoutCollector() async throws {
        try await withCollector { _, client in
            let system = TelemetrySystem(export: nil, transport: client, logger: silent)
            try await system.run {
                Counter(label: "c_total").increment()
                withSpan("a") { #expect(!$0.isRecording) }
            }
            #expect(system.registry.count == 1)
        }
    }
}

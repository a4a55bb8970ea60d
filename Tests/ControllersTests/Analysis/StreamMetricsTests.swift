import Analysis
import CoreMetrics
import GraftAPI
import Telemetry
import Testing

@testable import Controllers

@Suite("What the controller shows of what agents tell")
struct StreamMetricsTests {
    private let registry = MetricsRegistry()
    private let total = SeriesDemand(.counter, HostSeries("requests_total"))

    private func values() -> [String: Double] {
        var values: [String: Double] = [:]
        for family in registry.snapshot().families where family.name.hasPrefix("graft_stream_") {
            for point in family.points {
                let labels = point.labels.text
                switch point.value {
                case .double(let value): values[family.name + (labels.isEmpty ? "" : "{\(labels)}")] = value
                case .integer(let value): values[family.name + (labels.isEmpty ? "" : "{\(labels)}")] = Double(value)
                default: break
                }
            }
        }
        return values
    }

    private func batch(_ number: Int, _ sequences: Int64..., age: Duration = .zero) -> StreamBatch {
        StreamBatch(
            host: StreamWorld.host(number), session: "s", watermark: age,
            records: sequences.map { sequence in
                StreamRecord(
                    sequence: sequence, slot: "net/filter", namespace: "payments", revision: "filter-b", digest: StreamWorld.digests.canary,
                    from: age + .seconds(10), to: age, growth: [total: .counter(1)])
            })
    }

    @Test func `batches, why they are refused, records that are lost or late, and how far behind the last host is`() async throws {
        try await withMetricsFactory(registry) {
            try await withStreamWorld { world in
                _ = try await world.source.read(StreamWorld.ratio(comparing: false), of: world.run)
                world.clock.advance(100)
                for number in 0..<2 { try await world.post(batch(number, 1), token: "token-\(number)") }
                // One comes again, two were never heard of.
                try await world.post(batch(0, 1, 4), token: "token-0")
                try await world.post(batch(0), token: "token-1")
                try await world.post(batch(0), token: "nobodys")
                world.clock.advance(40)
                try await world.post(batch(0), token: "token-0")
                world.board.tidy()
                #expect(values()["graft_stream_watermark_lag_seconds"] == 40)
                // The other host catches up; what it has left of a window that was evaluated by then is late.
                try await world.post(batch(1), token: "token-1")
                world.board.tidy()
                try await world.post(batch(1, 2, age: .seconds(35)), token: "token-1")
                world.ingest.end()
                try await world.post(batch(1), token: "token-1")
                let found = values()
                for (name, wanted) in [
                    #"batches_total{result="taken"}"#: 6.0, #"batches_total{result="node"}"#: 1, #"batches_total{result="token"}"#: 1,
                    #"batches_total{result="not_leading"}"#: 1, #"records_total{result="taken"}"#: 4, #"records_total{result="lost"}"#: 2,
                    #"records_total{result="repeated"}"#: 1, #"changes_total{result="counted"}"#: 3, #"changes_total{result="late"}"#: 1,
                    "metrics": 1, "hosts": 2, "watermark_lag_seconds": 0,
                ] {
                    #expect(found["graft_stream_" + name] == wanted, "\(name): \(found)")
                }
                world.clock.advance(700)
                world.board.tidy()
                // Nobody asks: nothing is behind.
                #expect(values()["graft_stream_watermark_lag_seconds"] == nil)
                #expect(values()["graft_stream_metrics"] == 0)
            }
        }
    }
}

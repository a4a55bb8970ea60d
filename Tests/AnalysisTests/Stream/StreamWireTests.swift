import GraftAPI
import JSON
import Randomness
import Testing

@testable import Analysis

@Suite("What agents send of their hosts")
struct StreamWireTests {
    static let total = SeriesDemand(.counter, HostSeries("requests_total", labels: ["code": "200"]))
    static let durations = SeriesDemand(.histogram, HostSeries("latency_seconds"))

    static func record(_ sequence: Int64, _ growth: [SeriesDemand: SeriesGrowth] = [total: .counter(5)]) -> StreamRecord {
        StreamRecord(
            sequence: sequence, slot: "net/filter", namespace: "payments", revision: "filter-1", digest: "sha256:aa", from: .seconds(12),
            to: .seconds(2), growth: growth)
    }

    static var whole: StreamBatch {
        var second = record(
            2, [total: .counter(1.5), durations: .histogram(BucketCounts(bounds: [0.1, .infinity], counts: [3, 1])!)])
        second.problems = [SeriesDemand(.counter, HostSeries("g")): "g is a gauge; wanted a counter"]
        return StreamBatch(host: "edge-proxy.node-1", session: "s1", watermark: .seconds(2), records: [record(1), second])
    }

    @Test func `batches and answers are read as they were written`() throws {
        #expect(try StreamBatch(parsing: Self.whole.json.bytes()) == Self.whole)
        let answer = StreamAnswer(acknowledged: 7, wanted: ["net/filter": [Self.total, Self.durations]], again: .seconds(10))
        #expect(try StreamAnswer(from: answer.json) == answer)
    }

    @Test(
        arguments: [
            ("/records/0/sequence", 0), ("/records/0/sequence", 3), ("/records/0/fromMilliseconds", 1), ("/records/0/toMilliseconds", -1),
            ("/records/0/fromMilliseconds", 900_001), ("/records/0/series/0/growth", -1), ("/records/0/series/0/growth", 1e16),
            ("/records/0/series/0/growth", "5"), ("/records/0/series/0/growth", [["0.1", 1]]),
            ("/records/0/series/0/growth", [["0.2", 1], ["0.1", 1], ["+Inf", 0]]), ("/records/0/series/0/growth", [["+Inf", -1]]),
            ("/records/0/series/0/kind", "Gauge"), ("/records/0/series/0/series/name", ""), ("/host", nil), ("/session", 5),
            ("/records/0/digest", .string(String(repeating: "a", count: 161))), ("/watermarkMilliseconds", "soon"),
            ("/records", .array(Array(repeating: [:], count: 65))),
        ] as [(String, JSON?)])
    func `what no agent would send is refused`(pointer: String, value: JSON?) throws {
        var json = Self.whole.json
        let parts = pointer.split(separator: "/").map(String.init)
        json.set(parts[...], to: value ?? .null)
        #expect(throws: JSONDecodingError.self) { try StreamBatch(parsing: json.bytes()) }
    }

    @Test func `what a host says is wrong is told without what moves a cursor`() throws {
        var record = Self.record(1, [:])
        record.problems = [Self.total: "a\u{1B}[2Jb\n\u{202E}" + String(repeating: "x", count: 400)]
        let batch = StreamBatch(host: "h", session: "s", records: [record])
        let problem = try #require(try StreamBatch(parsing: batch.json.bytes()).records.first?.problems[Self.total])
        #expect(problem.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 })
        #expect(problem.hasPrefix("a") && problem.contains("[2Jb") && problem.utf8.count == 300)
    }

    @Test func `a batch that is too large is refused`() {
        #expect(throws: JSONDecodingError.self) { try StreamBatch(parsing: Array(repeating: 0x20, count: StreamBatch.largest + 1)) }
    }

    @Test func `whatever is fed in, it is a batch or refused, and what is taken is within its limits`() throws {
        var random = SeededRandom(seed: 5)
        let telling = Array("{}[]\",:0123456789-eE.+Inf".utf8)
        for _ in 0..<4_000 {
            let bytes = Self.whole.json.bytes().mutated(with: telling, using: &random)
            guard let batch = try? StreamBatch(parsing: bytes) else { continue }
            #expect(try StreamBatch(parsing: batch.json.bytes()) == batch)
            for record in batch.records {
                #expect(record.from >= record.to && record.to >= .zero && record.sequence > 0)
                for case .counter(let increase) in record.growth.values { #expect((0...1e15).contains(increase)) }
            }
        }
    }
}

extension JSON {
    fileprivate mutating func set(_ path: ArraySlice<String>, to value: JSON) {
        guard let first = path.first else {
            self = value
            return
        }
        if var array = array, let index = Int(first) {
            array[index].set(path.dropFirst(), to: value)
            self = .array(array)
        } else {
            var member = self[first] ?? .null
            member.set(path.dropFirst(), to: value)
            self[first] = member
        }
    }
}

@Suite("Records on their way")
struct RecordTransferTests {
    private func record() -> StreamRecord { StreamWireTests.record(1) }

    @Test func `what was not acknowledged is sent again, older by then`() {
        var outgoing = OutgoingRecords(session: "s")
        outgoing.append(record(), from: .seconds(0), to: .seconds(10))
        outgoing.looked(at: .seconds(10))
        let first = outgoing.batch(host: "h", at: .seconds(11))
        #expect(first.records.map(\.to) == [.seconds(1)])
        #expect(first.watermark == .seconds(1))
        outgoing.append(record(), from: .seconds(10), to: .seconds(20))
        outgoing.looked(at: .seconds(20))
        let second = outgoing.batch(host: "h", at: .seconds(21))
        #expect(second.records.map(\.sequence) == [1, 2])
        #expect(second.records.map(\.to) == [.seconds(11), .seconds(1)])
        outgoing.acknowledge(1)
        #expect(outgoing.batch(host: "h", at: .seconds(21)).records.map(\.sequence) == [2])
    }

    @Test func `what is too much or too old is dropped, and the gap tells it`() {
        var outgoing = OutgoingRecords(session: "s", limit: 3)
        for second in 0..<5 { outgoing.append(record(), from: .seconds(second), to: .seconds(second + 1)) }
        #expect(outgoing.dropped == 2)
        var feed = HostFeed(session: "s")
        var before = StreamBatch(host: "h", session: "s")
        before.records = [StreamWireTests.record(1)]
        _ = feed.take(before)
        #expect(feed.take(outgoing.batch(host: "h", at: .seconds(6))).records.map(\.sequence) == [3, 4, 5])
        #expect(feed.lost == 1, "the second never came")
        #expect(outgoing.batch(host: "h", at: .seconds(903)).records.map(\.sequence) == [4, 5])
        #expect(outgoing.batch(host: "h", at: .seconds(2000)).records.isEmpty)
    }

    @Test func `a batch holds no more than fits, and promises no more than it holds`() throws {
        var outgoing = OutgoingRecords(session: "s")
        let growth = Dictionary(
            uniqueKeysWithValues: (0..<64).map {
                (SeriesDemand(.counter, HostSeries("n\($0)", labels: ["x": String(repeating: "y", count: 256)])), SeriesGrowth.counter(1))
            })
        for second in 0..<40 { outgoing.append(StreamWireTests.record(1, growth), from: .seconds(second), to: .seconds(second + 1)) }
        outgoing.looked(at: .seconds(40))
        let batch = outgoing.batch(host: "h", at: .seconds(40))
        #expect(!batch.records.isEmpty && batch.records.count < 40)
        #expect(batch.json.bytes().count <= StreamBatch.largest)
        #expect(batch.watermark == .seconds(40 - (batch.records.count + 1)))
        #expect(try StreamBatch(parsing: batch.json.bytes()).records.count == batch.records.count)
    }

    @Test func `what comes again, late, or from an agent that has ended counts once`() {
        var feed = HostFeed(session: "a")
        func take(_ session: String, _ sequences: Int64...) -> [Int64] {
            feed.take(StreamBatch(host: "h", session: session, records: sequences.map { StreamWireTests.record($0) })).records.map(
                \.sequence)
        }
        #expect(take("a", 4, 5) == [4, 5], "what was before was for another leader")
        #expect(take("a", 4, 5, 6) == [6])
        #expect(take("a", 5) == [])
        #expect(take("a", 8) == [8])
        #expect(feed.lost == 1)
        #expect(take("b", 1) == [1], "the agent began anew")
        #expect(take("a", 9) == [], "and what it sent before comes too late")
        #expect(take("b", 1, 2) == [2])
        #expect(feed.acknowledged == 2)
        #expect(feed.repeated == 5)
    }

    @Test func `however far apart sequences are, what is lost is a number`() {
        var feed = HostFeed(session: "a")
        for session in ["a", "b", "c", "d"] {
            let records = [1, Int64.max - 1, Int64.max].map { StreamWireTests.record($0) }
            #expect(feed.take(StreamBatch(host: "h", session: session, records: records)).records.count == 3)
        }
        #expect(feed.lost > 1 << 30)
        #expect(!feed.lost.multipliedReportingOverflow(by: 1_000_000).overflow, "and that of a fleet is one, too")
    }
}

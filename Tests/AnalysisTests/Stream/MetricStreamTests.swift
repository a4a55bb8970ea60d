import AnalysisSimulation
import GraftAPI
import KubeCore
import Randomness
import Testing

@testable import Analysis

@Suite("A metric that hosts tell")
struct MetricStreamTests {
    static let failures = HostSeries("requests_total", labels: ["code": "500"])
    static let total = HostSeries("requests_total")

    static var ratio: HostsProvider {
        var provider = HostsProvider()
        var ratio = HostRatio()
        (ratio.failures, ratio.total) = (failures, total)
        provider.ratio = ratio
        return provider
    }

    static var latency: HostsProvider {
        var provider = HostsProvider()
        var latency = HostLatency()
        latency.histogram = HostSeries("latency_seconds")
        provider.latency = latency
        return provider
    }

    private func record(_ failed: Double, of all: Double) -> StreamRecord {
        StreamWireTests.record(
            1, [SeriesDemand(.counter, Self.failures): .counter(failed), SeriesDemand(.counter, Self.total): .counter(all)])
    }

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_000_000 + seconds) }

    @Test func `numbers are those of canary hosts, of windows whose time has passed, since the last reading`() throws {
        var stream = try #require(MetricStream(Self.ratio, comparing: nil))
        #expect(stream.reading() == .noData)
        stream.receive(record(1, of: 10), arm: .canary, host: "a", stratum: Stratum(), at: at(5))
        stream.receive(record(9, of: 10), arm: .control, host: "b", stratum: Stratum(), at: at(6))
        #expect(stream.reading() == .noData, "the window is open")
        stream.advance("a", to: at(10))
        #expect(stream.reading() == .noData, "another host may still tell of it")
        stream.advance("b", to: at(12))
        #expect(stream.reading() == .number(0.1))
        #expect(stream.reading() == .noData)
    }

    /// What a node that was taken over may send: as much as the wire allows, again and again.
    @Test(arguments: [nil, ComparisonRule(smallestRegression: 0.01)])
    func `numbers that no host counts end nothing, and leave shares what they are`(rule: ComparisonRule?) throws {
        for (provider, times) in [(Self.ratio, 9_300), (Self.latency, 3_100)] {
            var stream = try #require(MetricStream(provider, comparing: rule))
            var greatest = record(5e14, of: 1e15)
            greatest.growth[SeriesDemand(.histogram, HostSeries("latency_seconds"))] = .histogram(
                BucketCounts(bounds: [0.1, 0.2, .infinity], counts: [1e15, 1e15, 1e15])!)
            for window in 0..<2 as Range<Int64> {
                for (host, arm) in [("a", Arm.canary), ("b", .canary), ("c", .control), ("d", .control)] {
                    for _ in 0..<(host == "a" ? times : 1) {
                        stream.receive(greatest, arm: arm, host: host, stratum: Stratum(), at: at(window * 10))
                    }
                    stream.advance(host, to: at(window * 10 + 10))
                }
                switch stream.reading() {
                case .number(let number): #expect(provider.ratio == nil || abs(number - 0.5) < 1e-9)
                case .comparison(let outcome):
                    #expect(outcome.verdict != .worse)
                    #expect(outcome.canary.bad <= outcome.canary.total)
                default: Issue.record("wanted a number or what a comparison comes to")
                }
            }
        }
    }

    @Test func `no requests are no number, and a host that vanishes holds nobody up`() throws {
        var stream = try #require(MetricStream(Self.ratio, comparing: nil))
        stream.receive(record(0, of: 0), arm: .canary, host: "a", stratum: Stratum(), at: at(5))
        stream.receive(record(0, of: 5), arm: .control, host: "b", stratum: Stratum(), at: at(6))
        stream.advance("a", to: at(20))
        stream.end("b")
        guard case .number(let value) = stream.reading() else {
            Issue.record("wanted a number")
            return
        }
        #expect(value.isNaN)
        stream.receive(record(0, of: 5), arm: .canary, host: "b", stratum: Stratum(), at: at(7))
        #expect(stream.late == 1)
    }

    @Test func `an increase is that of an average host, a latency a quantile of all`() throws {
        var provider = HostsProvider()
        provider.increase = Self.total
        var stream = try #require(MetricStream(provider, comparing: nil))
        stream.receive(record(0, of: 10), arm: .canary, host: "a", stratum: Stratum(), at: at(5))
        stream.receive(record(0, of: 20), arm: .canary, host: "b", stratum: Stratum(), at: at(5))
        for host in ["a", "b"] { stream.advance(host, to: at(10)) }
        #expect(stream.reading() == .number(15))

        var slow = try #require(MetricStream(Self.latency, comparing: nil))
        let buckets = BucketCounts(bounds: [0.1, 0.2, .infinity], counts: [10, 10, 0])!
        for host in ["a", "b"] {
            let growth = [SeriesDemand(.histogram, HostSeries("latency_seconds")): SeriesGrowth.histogram(buckets)]
            slow.receive(StreamWireTests.record(1, growth), arm: .canary, host: host, stratum: Stratum(), at: at(5))
            slow.advance(host, to: at(10))
        }
        #expect(slow.reading() == .number(0.1))
    }

    @Test func `what a host can't tell is an error that names it, as long as nobody tells it`() throws {
        var stream = try #require(MetricStream(Self.ratio, comparing: nil))
        var told = StreamWireTests.record(1, [:])
        told.problems = [SeriesDemand(.counter, Self.total): "requests_total is a gauge; wanted a counter"]
        stream.receive(told, arm: .canary, host: "a", stratum: Stratum(), at: at(5))
        #expect(stream.reading() == .error("a: requests_total is a gauge; wanted a counter"))
    }

    /// 3 canary hosts of 12, each with 200 requests in a window.
    private func verdict(failing extra: Double, seed: UInt64, windows: Int = 60) throws -> ComparisonVerdict {
        var random = SeededRandom(seed: seed)
        var stream = try #require(MetricStream(Self.ratio, comparing: ComparisonRule(smallestRegression: 0.05)))
        for window in 0..<windows {
            for number in 0..<12 {
                let arm: Arm = number < 3 ? .canary : .control
                let failed = random.binomial(200, arm == .canary ? 0.02 + extra : 0.02)
                let time = at(Int64(window) * 10 + 5)
                stream.receive(record(Double(failed), of: 200), arm: arm, host: "h\(number)", stratum: Stratum(zone: "a"), at: time)
                stream.advance("h\(number)", to: time)
            }
            if case .comparison(let outcome) = stream.reading(), outcome.verdict != .notEnoughData { return outcome.verdict }
        }
        return .notEnoughData
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `a canary that fails 5 % more is found worse, and one that is the same is not`(
        seed: UInt64
    ) throws {
        #expect(try verdict(failing: 0.05, seed: seed) == .worse)
        #expect(try verdict(failing: 0, seed: seed) == .same)
    }

    private static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, .infinity]

    private func latencyVerdict(slower: Double, regression: Double, seed: UInt64) throws -> ComparisonVerdict {
        var random = SeededRandom(seed: seed)
        var stream = try #require(MetricStream(Self.latency, comparing: ComparisonRule(smallestRegression: regression)))
        for window in 0..<100 {
            for number in 0..<12 {
                let arm: Arm = number < 3 ? .canary : .control
                var counts = Array(repeating: 0.0, count: Self.bounds.count)
                for _ in 0..<100 {
                    let seconds = 0.05 * (arm == .canary ? 1 + slower : 1) * (0.5 + random.unit()) * (0.5 + random.unit())
                    counts[Self.bounds.firstIndex { seconds <= $0 }!] += 1
                }
                let growth = [
                    SeriesDemand(.histogram, HostSeries("latency_seconds")): SeriesGrowth.histogram(
                        BucketCounts(bounds: Self.bounds, counts: counts)!)
                ]
                let time = at(Int64(window) * 10 + 5)
                stream.receive(StreamWireTests.record(1, growth), arm: arm, host: "h\(number)", stratum: Stratum(zone: "a"), at: time)
                stream.advance("h\(number)", to: time)
            }
            if case .comparison(let outcome) = stream.reading(), outcome.verdict != .notEnoughData { return outcome.verdict }
        }
        return .notEnoughData
    }

    @Test(arguments: [1, 2] as [UInt64]) func `a canary that is slower is found worse by its buckets, and one that is the same is not`(
        seed: UInt64
    ) throws {
        #expect(try latencyVerdict(slower: 0.2, regression: 0.2, seed: seed) == .worse)
        #expect(try latencyVerdict(slower: 0, regression: 0.2, seed: seed) == .same)
    }
}

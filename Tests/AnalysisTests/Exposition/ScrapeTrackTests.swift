import GraftAPI
import Testing

@testable import Analysis

@Suite("What grew between two looks")
struct ScrapeTrackTests {
    static let errors = SeriesDemand(.counter, HostSeries("requests_total", labels: ["code": "500"]))
    static let all = SeriesDemand(.counter, HostSeries("requests_total"))
    static let durations = SeriesDemand(.histogram, HostSeries("latency_seconds"))

    private func look(_ track: inout ScrapeTrack, _ text: String) throws -> [SeriesDemand: SeriesGrowth] {
        track.take(try Exposition(parsing: Array(text.utf8), wanted: track.sampleNames)).growth
    }

    private func track(_ demands: SeriesDemand...) -> ScrapeTrack {
        var track = ScrapeTrack()
        track.follow(demands)
        return track
    }

    @Test func `series of a name are added up, and labels choose among them`() throws {
        var track = track(Self.errors, Self.all)
        #expect(try look(&track, "requests_total{code=\"200\"} 100\nrequests_total{code=\"500\"} 7").isEmpty, "before it is not known")
        let growth = try look(&track, "requests_total{code=\"200\"} 130\nrequests_total{code=\"500\"} 9")
        #expect(growth == [Self.all: .counter(32), Self.errors: .counter(2)])
    }

    @Test func `the first failure counts although its counter was not there before`() throws {
        var track = track(Self.errors)
        _ = try look(&track, "requests_total{code=\"200\"} 100")
        #expect(try look(&track, "requests_total{code=\"200\"} 110") == [Self.errors: .counter(0)])
        #expect(try look(&track, "requests_total{code=\"200\"} 120\nrequests_total{code=\"500\"} 1") == [Self.errors: .counter(1)])
    }

    @Test func `what grows by more than anything that is counted is said to be no counter`() throws {
        var track = track(Self.all, Self.durations)
        let text = { (count: String) in
            "requests_total{a=\"b\"} \(count)\nlatency_seconds_bucket{a=\"b\",le=\"+Inf\"} \(count)\n"
                + "requests_total \(count)\nlatency_seconds_bucket{le=\"+Inf\"} \(count)\n"
        }
        _ = try look(&track, text("0"))
        let names = track.sampleNames
        let (growth, problems) = track.take(try Exposition(parsing: Array(text("6e14").utf8), wanted: names))
        #expect(growth.isEmpty)
        #expect(problems[Self.all]?.contains("is it a counter?") == true)
        #expect(try look(&track, text("6.1e14"))[Self.all] == .counter(2e13), "and is looked at again")
    }

    @Test func `a name that is not there says nothing`() throws {
        var track = track(Self.all)
        _ = try look(&track, "other_total 1")
        #expect(try look(&track, "other_total 2").isEmpty)
    }

    @Test func `a process that begins anew loses no growth, and invents none`() throws {
        var track = track(Self.all, Self.durations)
        let text = { (count: Int, fast: Int) in
            "requests_total \(count)\nlatency_seconds_bucket{le=\"0.1\"} \(fast)\nlatency_seconds_bucket{le=\"+Inf\"} \(count)\n"
        }
        _ = try look(&track, text(100, 5))
        let growth = try look(&track, text(9, 7))
        #expect(growth[Self.all] == .counter(9))
        // The first bucket grew, but all of them began anew.
        #expect(growth[Self.durations] == .histogram(BucketCounts(bounds: [0.1, .infinity], counts: [7, 2])!))
        #expect(try look(&track, text(12, 9))[Self.durations] == .histogram(BucketCounts(bounds: [0.1, .infinity], counts: [2, 1])!))
    }

    @Test func `histograms of several series are added up, and those that can't be say nothing`() throws {
        var track = track(Self.durations)
        let text = { (a: Int, b: Int, bound: String) in
            """
            latency_seconds_bucket{path="/a",le="0.1"} \(a)
            latency_seconds_bucket{path="/a",le="+Inf"} \(2 * a)
            latency_seconds_bucket{path="/b",le="\(bound)"} \(b)
            latency_seconds_bucket{path="/b",le="+Inf"} \(b)
            """
        }
        _ = try look(&track, text(10, 10, "0.1"))
        #expect(
            try look(&track, text(12, 15, "0.1"))[Self.durations] == .histogram(BucketCounts(bounds: [0.1, .infinity], counts: [7, 2])!))
        _ = try look(&track, text(12, 15, "0.2"))
        #expect(try look(&track, text(14, 16, "0.2"))[Self.durations] == nil)
    }

    @Test(
        arguments: [
            ("# TYPE requests_total gauge\nrequests_total 1", Self.all, "requests_total is a gauge; wanted a counter"),
            (
                "# TYPE latency_seconds summary\nlatency_seconds{quantile=\"0.5\"} 1", Self.durations,
                "latency_seconds is a summary; wanted a histogram"
            ),
        ])
    func `what is of another kind than was asked for is said to be`(text: String, demand: SeriesDemand, problem: String) throws {
        var track = track(demand)
        let told = track.take(try Exposition(parsing: Array(text.utf8), wanted: track.sampleNames))
        #expect(told.problems == [demand: problem])
        #expect(told.growth.isEmpty)
    }

    @Test func `what is wanted no more is forgotten`() throws {
        var track = track(Self.all)
        _ = try look(&track, "requests_total 1")
        track.follow([Self.errors])
        track.follow([Self.all])
        #expect(try look(&track, "requests_total 5").isEmpty)
    }
}

import GraftAPI
import JSON

/// Makes of what a host exposes, look after look, how much it grew in between.
///
/// A counter below its last value began anew with its process: its value is the growth since. Of a histogram one bucket that fell means that all began
/// anew. A series that was not there at the last look, when others could have been seen, began at 0 since then: that is how exporters show the first
/// failure. A look that failed is none: the next one has the growth since the last that did not.
package struct ScrapeTrack: Sendable {
    private var demands: [SeriesDemand: DemandTrack] = [:]

    package init() {}

    /// What is looked for from now on; what is not among it is forgotten.
    package mutating func follow(_ wanted: some Sequence<SeriesDemand>) {
        let wanted = Set(wanted)
        demands = demands.filter { wanted.contains($0.key) }
        for demand in wanted where demands[demand] == nil { demands[demand] = DemandTrack() }
    }

    package var isEmpty: Bool { demands.isEmpty }

    /// Names of the samples to look for.
    package var sampleNames: Set<String> { Set(demands.keys.flatMap { [$0.sampleName, $0.familyName] }) }

    /// Takes a look.
    /// - Returns: what grew since the last one, and what can't be told of others, in a sentence; nothing of what is looked at for the first time.
    package mutating func take(_ exposition: Exposition) -> (growth: [SeriesDemand: SeriesGrowth], problems: [SeriesDemand: String]) {
        var growth: [SeriesDemand: SeriesGrowth] = [:]
        var problems: [SeriesDemand: String] = [:]
        for demand in demands.keys {
            let type = exposition.types[demand.familyName]
            let samples = exposition.samples.filter(demand.matches)
            if let problem = Self.problem(of: demand, type, samples) {
                problems[demand] = problem
                demands[demand] = DemandTrack()
                continue
            }
            switch demand.kind {
            case .counter:
                let increase = demands[demand]!.counters(samples)
                // A name that isn't there at all says nothing; one with other labels says that there were none with these.
                let isThere = exposition.samples.contains { $0.name == demand.sampleName }
                guard isThere, let increase else { continue }
                guard increase <= SeriesGrowth.greatest else {
                    problems[demand] = "\(demand.series.name) grew by more than 1e15 between two looks; is it a counter?"
                    continue
                }
                growth[demand] = .counter(increase)
            case .histogram: growth[demand] = demands[demand]!.histograms(samples).map { .histogram($0) }
            }
        }
        return (growth, problems)
    }

    private static func problem(of demand: SeriesDemand, _ type: String?, _ samples: [ExposedSample]) -> String? {
        switch (demand.kind, type) {
        case (.counter, "gauge"?): return "\(demand.series.name) is a gauge; wanted a counter"
        case (.counter, "histogram"?), (.counter, "summary"?):
            return "\(demand.series.name) is a \(type!.printable); wanted a counter, such as \(demand.series.name)_count"
        case (.histogram, let type?) where type != "histogram" && type != "untyped" && type != "unknown":
            return "\(demand.series.name) is a \(type.printable); wanted a histogram"
        default: return nil
        }
    }
}

/// What is remembered of one demand.
private struct DemandTrack: Sendable {
    /// Series that are remembered; more have been seen than a host ever exposes at once.
    private static let most = 20_000

    private var hasLooked = false
    private var counters: [SeriesName: CounterTrack] = [:]
    private var histograms: [SeriesName: HistogramTrack] = [:]

    /// Nil for the first look.
    mutating func counters(_ samples: [ExposedSample]) -> Double? {
        defer { hasLooked = true }
        var sum = 0.0
        for sample in samples {
            let name = SeriesName(name: sample.name, labels: sample.labels)
            var track = counters[name] ?? CounterTrack()
            if track.last == nil, hasLooked { track.observe(0) }
            sum += track.observe(sample.value) ?? 0
            counters[name] = track
        }
        if counters.count > Self.most {
            // Labels that come and go. Those that are there now go on.
            let present = Set(samples.map { SeriesName(name: $0.name, labels: $0.labels) })
            counters = counters.filter { present.contains($0.key) }
        }
        return hasLooked ? sum : nil
    }

    /// Nil for the first look, and when nothing is there to say which buckets there are.
    mutating func histograms(_ samples: [ExposedSample]) -> BucketCounts? {
        defer { hasLooked = true }
        var series: [SeriesName: [Double: Double]] = [:]
        for sample in samples {
            guard let bound = sample.labels["le"].flatMap({ Double(exposed: $0.utf8) }), sample.value.isFinite, sample.value >= 0 else {
                continue
            }
            var name = SeriesName(name: sample.name, labels: sample.labels)
            name.labels["le"] = nil
            series[name, default: [:]][bound] = sample.value
        }
        if histograms.count > Self.most { histograms = histograms.filter { series[$0.key] != nil } }
        var sum: BucketCounts?
        for (name, buckets) in series {
            var track = histograms[name] ?? HistogramTrack()
            if track.last == nil, hasLooked { track.last = buckets.mapValues { _ in 0 } }
            let growth = track.observe(buckets)
            histograms[name] = track
            guard let growth else { continue }
            if sum == nil {
                sum = growth
            } else if sum?.add(growth) == false {
                // Series of one host with different buckets: they can't be added up.
                return nil
            }
        }
        // What is more than can be told is nothing that a host counted.
        return hasLooked ? sum.flatMap { BucketCounts(bounds: $0.bounds, counts: $0.counts) } : nil
    }
}

/// The cumulative buckets of one histogram.
private struct HistogramTrack: Sendable {
    var last: [Double: Double]?

    /// Nil for the first look, and when the buckets are others than before.
    mutating func observe(_ buckets: [Double: Double]) -> BucketCounts? {
        defer { last = buckets }
        guard let last, last.count == buckets.count, buckets.keys.allSatisfy({ last[$0] != nil }) else { return nil }
        let isNew = buckets.contains { $0.value < last[$0.key]! }
        let bounds = buckets.keys.sorted()
        var below = 0.0
        let counts = bounds.map { bound -> Double in
            // What is observed while it is written out may stand in one bucket and not yet in the next.
            let upTo = max(below, buckets[bound]! - (isNew ? 0 : last[bound]!))
            defer { below = upTo }
            return upTo - below
        }
        return BucketCounts(bounds: bounds, counts: counts)
    }
}

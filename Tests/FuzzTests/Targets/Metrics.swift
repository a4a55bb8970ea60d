import Analysis
import GraftAPI
import JSON
import KubeCore

extension FuzzTarget {
    /// Pages of metrics, parted by zeros, as a host shows them look after look: each is read or refused, written again it is the same, and what grew between two
    /// of them is told so that the controller takes it.
    static let exposition = FuzzTarget(
        "exposition", limit: 4096, seeds: { MetricSeeds.pages },
        check: { bytes in
            var track = ScrapeTrack()
            track.follow(MetricSeeds.demands)
            for page in bytes.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false) {
                let page = Array(page)
                guard
                    let read = try answer({ () throws(ExpositionError) in
                        ReadPage(try Exposition(parsing: page, wanted: track.sampleNames))
                    })
                else { continue }
                try promise(
                    "a page is read as it was written",
                    (try? Exposition(parsing: read.written, wanted: track.sampleNames)).map(ReadPage.init)?.samples == read.samples)
                let (growth, problems) = track.take(read.exposition)
                try checkRecord(growth, problems)
            }
            try answer({ () throws(ExpositionError) in try ExposedMetric.read(bytes, rules: []) })?.forEach { metric in
                try promise("a metric has a name", !metric.name.isEmpty)
            }
        })

    /// What a host tells of itself comes to the controller as it was told; only what is wrong with it may be cut.
    private static func checkRecord(_ growth: [SeriesDemand: SeriesGrowth], _ problems: [SeriesDemand: String]) throws(BrokenPromise) {
        for problem in problems.values { try checkWords(problem) }
        let record = StreamRecord(
            sequence: 1, slot: "net/filter", namespace: "n", revision: "r", digest: "sha256:ab", from: .seconds(2), to: .seconds(1),
            growth: growth, problems: problems)
        let batch = StreamBatch(host: "h", session: "s", records: [record])
        let received = try? StreamBatch(parsing: batch.json.bytes())
        try promise("the controller takes what hosts expose: \(growth)", received?.records.first?.growth == growth)
        try promise("and what is wrong with it", received?.records.first?.problems.keys == problems.keys)
    }

    /// What agents send is read or refused; written again it is the same. Whatever it says, the controller goes on, and comes to a number, a verdict or
    /// nothing. The answer to agents is read likewise.
    static let stream = FuzzTarget(
        "stream", limit: 4096, seeds: { MetricSeeds.batches.map { $0.json.bytes() } + [MetricSeeds.answer.json.bytes()] },
        check: { bytes in
            if let read = try answer({ () throws(JSONDecodingError) in try StreamBatch(parsing: bytes) }) {
                try promise("a batch is read as it was written", (try? StreamBatch(parsing: read.json.bytes())) == read)
                for problem in read.records.flatMap(\.problems.values) where !problem.isEmpty { try checkWords(problem) }
                try checkFeed(read)
                try checkStreams(read)
            }
            guard let json = try? JSON.parse(bytes, limits: JSONLimits(size: 256 << 10, depth: 16)) else { return }
            if let read = try answer({ () throws(JSONDecodingError) in try StreamAnswer(from: json) }) {
                try promise("an answer is read as it was written", (try? StreamAnswer(from: read.json)) == read)
                try promise("nobody waits for longer than ten minutes", (.milliseconds(100) ... .seconds(600)).contains(read.again))
            }
        })

    /// However agents number their records, none counts twice.
    private static func checkFeed(_ batch: StreamBatch) throws(BrokenPromise) {
        var feed = HostFeed(session: "before")
        for session in [batch.session, "another", "a third"] {
            var batch = batch
            batch.session = session
            let (records, _) = feed.take(batch)
            try promise("what was never heard of is taken", records.count == batch.records.count)
            try promise("and taken once", feed.take(batch).records.isEmpty)
            try promise("no fewer than none are lost", feed.lost >= 0)
        }
    }

    private static func checkStreams(_ batch: StreamBatch) throws(BrokenPromise) {
        let now = Timestamp(seconds: 1_800_000_000)
        for (index, provider) in MetricSeeds.providers.enumerated() {
            for rule in [nil, ComparisonRule(smallestRegression: 0.01)] {
                guard var stream = MetricStream(provider, comparing: rule) else { continue }
                for host in 0..<6 {
                    for record in batch.records {
                        let arm: Arm = host % 2 == 0 ? .canary : .control
                        stream.receive(record, arm: arm, host: "h\(host)", stratum: Stratum(), at: now - record.to)
                    }
                    stream.advance("h\(host)", to: now + .seconds(60))
                }
                switch stream.reading() {
                case .error(let problem): try checkWords(problem)
                case .number(let number) where index == 0:
                    try promise("a share of failures is one, or none: \(number)", number.isNaN || (0...1).contains(number))
                case .number(let number):
                    try promise("nothing grows by less than nothing: \(number)", number.isNaN || !(number < 0) || index == 2)
                case .comparison(let outcome):
                    try promise("no more failed than there was", outcome.canary.bad <= outcome.canary.total)
                    try promise("evidence is a number", !outcome.logEvidence.isNaN)
                case .noData: break
                }
            }
        }
    }
}

/// What was read of a page, compared by the bits of its numbers: NaN is NaN.
private struct ReadPage: Equatable {
    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var bits: UInt64
    }

    var exposition: Exposition
    var samples: [Sample]

    init(_ exposition: Exposition) {
        self.exposition = exposition
        samples = exposition.samples.map { Sample(name: $0.name, labels: $0.labels, bits: $0.value.isNaN ? 0 : $0.value.bitPattern) }
    }

    static func == (left: ReadPage, right: ReadPage) -> Bool {
        left.samples == right.samples && left.exposition.types == right.exposition.types
    }

    /// As an exporter would write it.
    var written: [UInt8] {
        func quoted(_ text: String) -> [UInt8] {
            var bytes: [UInt8] = [UInt8(ascii: "\"")]
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
                default: bytes.append(byte)
                }
            }
            return bytes + [UInt8(ascii: "\"")]
        }
        var page: [UInt8] = []
        for sample in exposition.samples {
            page += Array("\(sample.name){".utf8)
            for (name, value) in sample.labels { page += quoted(name) + [UInt8(ascii: "=")] + quoted(value) + [UInt8(ascii: ",")] }
            page += Array("} \(sample.value)\n".utf8)
        }
        return page
    }
}

private enum MetricSeeds {
    static let total = SeriesDemand(.counter, HostSeries("requests_total"))
    static let failures = SeriesDemand(.counter, HostSeries("requests_total", labels: ["code": "500"]))
    static let durations = SeriesDemand(.histogram, HostSeries("latency_seconds"))
    static let demands = [total, failures, durations]

    static let pages: [[UInt8]] = [
        """
        # HELP requests_total All of them.
        # TYPE requests_total counter
        requests_total{code="200",path="/a\\"b\\\\c\\n"} 1027 1395066363000
        requests_total{code="500",} 3
        # TYPE latency_seconds histogram
        latency_seconds_bucket{le="0.1"} 240
        latency_seconds_bucket{le="+Inf"} 250
        latency_seconds_sum 53.4
        other{a="b"} 1
        \0requests_total{code="200"} 1030
        requests_total{code="500"} 2
        latency_seconds_bucket{le="0.1"} 241
        latency_seconds_bucket{le="+Inf"} 260
        """,
        "requests_total 1e15\n\0requests_total 3.5e300\n\0requests_total NaN\n", "# TYPE requests_total gauge\r\nrequests_total -1\r\n",
        "latency_seconds_bucket{le=\"NaN\"} 1\nlatency_seconds_bucket{le=\"1\",\"a.b\"=\"c\"} 1 # {t=\"x\"} 0.2 1.5\n",
    ].map { Array($0.utf8) }

    static let providers: [HostsProvider] = {
        var (ratio, latency, increase) = (HostsProvider(), HostsProvider(), HostsProvider())
        var shares = HostRatio()
        (shares.failures, shares.total) = (failures.series, total.series)
        ratio.ratio = shares
        var quantile = HostLatency()
        (quantile.histogram, quantile.quantile) = (durations.series, 95)
        latency.latency = quantile
        increase.increase = total.series
        return [ratio, increase, latency]
    }()

    static func record(_ sequence: Int64, _ growth: [SeriesDemand: SeriesGrowth]) -> StreamRecord {
        StreamRecord(
            sequence: sequence, slot: "net/filter", namespace: "payments", revision: "filter-1", digest: "sha256:ab",
            from: .seconds(12), to: .seconds(2), growth: growth, problems: [failures: "requests_total is a gauge; wanted a counter"])
    }

    static let batches: [StreamBatch] = [
        StreamBatch(
            host: "edge-proxy.node-1", session: "5f", watermark: .seconds(2),
            records: [
                record(1, [total: .counter(1000), failures: .counter(3)]),
                record(
                    2, [total: .counter(0.5), durations: .histogram(BucketCounts(bounds: [0.1, 0.5, .infinity], counts: [300, 20, 1])!)]),
            ]),
        StreamBatch(host: "edge-proxy.node-1", session: "5f"),
    ]

    static let answer = StreamAnswer(acknowledged: 7, wanted: ["net/filter": demands], again: .seconds(20))
}

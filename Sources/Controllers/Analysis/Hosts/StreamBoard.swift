import Analysis
import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization

/// What agents tell, as long as analyses want it: which series are wanted of which hosts, and what has come of them. With no analysis it holds nothing.
final class StreamBoard: Service {
    /// One agent, as it was heard last.
    private struct Feed: Sendable {
        var feed: HostFeed
        var heard: Duration
        var node: String
    }

    private struct State: Sendable {
        var runs: [MeasuredKey: MeasuredRun] = [:]
        var feeds: [String: Feed] = [:]
    }

    /// Numbers of what came, for people.
    struct Counts: Hashable, Sendable {
        var runs = 0
        var hosts = 0
        var lost: Int64 = 0
        var repeated = 0
        var late = 0
    }

    /// Metrics of runs at a time; another one is refused.
    static let mostRuns = 512
    /// An agent that says nothing for so long ends its host's series, and so does one that says nothing new: it can't read its host's metrics, and all
    /// others would wait for it. No less than three looks of an agent that looks as seldom as may be.
    private var silence: Duration { max(.seconds(60), window * 3) }

    private let deployment: @Sendable (ObjectKey) -> ModuleDeploymentSpec?
    private let isReady: @Sendable (_ node: String) -> Bool
    /// Of windows.
    private let window: Duration
    private let metrics: StreamMetrics
    private let surroundings: Surroundings
    private let state = Mutex(State())

    /// How long agents wait before they ask again, when nothing is wanted of them.
    var again: Duration { window * 2 }

    /// - Parameters:
    ///   - deployment: what hosts it means.
    ///   - isReady: whether the agent of a node renews its Lease.
    ///   - window: how wide the windows are in which hosts are compared.
    init(
        deployment: @escaping @Sendable (ObjectKey) -> ModuleDeploymentSpec?, isReady: @escaping @Sendable (_ node: String) -> Bool,
        window: Duration = MetricStream.width, metrics: StreamMetrics = StreamMetrics(), surroundings: Surroundings
    ) {
        self.window = window
        self.metrics = metrics
        self.deployment = deployment
        self.isReady = isReady
        self.surroundings = surroundings
    }

    var counts: Counts {
        state.withLock { state in
            var counts = Counts(runs: state.runs.count, hosts: state.feeds.count)
            for feed in state.feeds.values {
                counts.lost += feed.feed.lost
                counts.repeated += feed.feed.repeated
            }
            for case .metric(let stream) in state.runs.values.map(\.measure) { counts.late += stream.late }
            return counts
        }
    }

    /// Takes what an agent tells of its host, whose identity was checked.
    func take(_ batch: StreamBatch, of host: ModuleHost) -> StreamAnswer {
        var tally = StreamTally()
        let answer = state.withLock { take(batch, of: host, &$0, &tally) }
        metrics.count(tally)
        return answer
    }

    private func take(_ batch: StreamBatch, of host: ModuleHost, _ state: inout State, _ tally: inout StreamTally) -> StreamAnswer {
        let (now, wallTime) = (surroundings.now(), surroundings.wallTime())
        let nothing = StreamAnswer(acknowledged: batch.records.last?.sequence ?? 0, again: again)
        let meant = state.runs.keys.compactMap { key in
            deployment(key.deployment).flatMap { Self.means($0, host) ? (key, $0.slot) : nil }
        }
        // Whoever holds a host holds it because it is not to be believed.
        guard !meant.isEmpty, !host.isHeld else { return nothing }
        var feed = state.feeds[host.metadata.name]?.feed ?? HostFeed(session: batch.session)
        let before = (feed.lost, feed.repeated)
        let (records, isCurrent) = feed.take(batch)
        (tally.taken, tally.lost, tally.repeated) = (records.count, Int(feed.lost - before.0), feed.repeated - before.1)
        guard isCurrent else { return nothing }
        state.feeds[host.metadata.name] = Feed(feed: feed, heard: now, node: host.spec.nodeName)
        let stratum = Stratum(zone: host.spec.zone ?? "", hostClass: host.spec.hostClass, runtimeVersion: host.spec.runtimeVersion)
        var wanted: [String: Set<SeriesDemand>] = [:]
        for (key, slot) in meant {
            wanted[slot, default: []].formUnion(state.runs[key]!.demands)
            for record in records where record.slot == slot && record.namespace == key.deployment.namespace {
                guard let arm = state.runs[key]!.arm(of: record, at: wallTime) else { continue }
                tally.add(state.runs[key]!.receive(record, arm, host: host.metadata.name, stratum: stratum, now: wallTime))
            }
            // Whoever is so far behind is not waited for: it would bring all others to a stand.
            if let watermark = batch.watermark, watermark <= silence {
                _ = state.runs[key]!.withStream { $0.advance(host.metadata.name, to: wallTime - watermark) }
            }
        }
        return StreamAnswer(acknowledged: feed.acknowledged, wanted: wanted.mapValues { Array($0) }, again: again)
    }

    /// What a metric comes to now; from its first reading on hosts are asked for it.
    func reading(of metric: AnalysisMetric, in run: AnalysisRun) -> Reading {
        guard let provider = metric.provider.hosts, let fresh = MetricStream(provider, comparing: metric.compare?.rule, width: window)
        else {
            return .error("\(metric.name): wanted provider hosts with one of ratio, latency and increase")
        }
        let interval = metric.interval.map { Duration.seconds($0.seconds) } ?? .zero
        return asking(MeasuredKey(run, metric: metric.name), run, patience: interval, .metric(fresh)) { measured in
            measured.withStream { $0.reading() } ?? .noData
        } ?? .error("more than \(Self.mostRuns) metrics of hosts are measured at once; this one waits for others to end")
    }

    /// What canary hosts have seen of a counter since the run began; nil while none has told anything.
    func samples(of series: HostSeries, in run: AnalysisRun) -> Int64? {
        let demand = SeriesDemand(.counter, series)
        let sum = asking(MeasuredKey(run, metric: nil), run, patience: .zero, .samples(demand, sum: nil)) { measured -> Double? in
            guard case .samples(_, let sum) = measured.measure else { return nil }
            return sum
        }
        return sum.flatMap(\.self).map { Int64($0.rounded(.down)) }
    }

    private func asking<Result>(
        _ key: MeasuredKey, _ run: AnalysisRun, patience: Duration, _ fresh: MeasuredRun.Measure, _ read: (inout MeasuredRun) -> Result
    ) -> Result? {
        let now = surroundings.now()
        return state.withLock { state in
            if state.runs[key] == nil {
                guard state.runs.count < Self.mostRuns else { return nil }
                state.runs[key] = MeasuredRun(
                    canary: run.canary, stable: run.stable, startTime: run.startTime, patience: max(.seconds(600), patience * 3),
                    measure: fresh, asked: now)
            }
            state.runs[key]!.asked = now
            return read(&state.runs[key]!)
        }
    }

    func run() async throws {
        defer { metrics.end() }
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.surroundings.sleep(.seconds(1)) } catch is CancellationError { return }
                self.tidy()
            }
        }
    }

    /// Forgets what nobody asks for, ends the series of hosts that have vanished, and takes in windows that are complete by that.
    func tidy() {
        let (now, wallTime) = (surroundings.now(), surroundings.wallTime())
        let standing = state.withLock { state -> StreamStanding in
            state.runs = state.runs.filter { now - $0.value.asked < $0.value.patience }
            guard !state.runs.isEmpty else {
                state.feeds = [:]
                return StreamStanding()
            }
            let gone = state.feeds.filter { now - $0.value.heard > silence || !isReady($0.value.node) }.keys
            for host in gone { state.feeds[host] = nil }
            for key in state.runs.keys {
                _ = state.runs[key]!.withStream { stream in
                    for host in gone { stream.end(host) }
                    stream.end(behind: wallTime - silence)
                    stream.settle()
                }
            }
            let marks = state.runs.values.compactMap { if case .metric(let stream) = $0.measure { stream.watermark } else { nil } }
            return StreamStanding(metrics: state.runs.count, hosts: state.feeds.count, lag: marks.min().map { wallTime - $0 })
        }
        metrics.show(standing)
    }

    private static func means(_ spec: ModuleDeploymentSpec, _ host: ModuleHost) -> Bool {
        spec.hostClass == host.spec.hostClass && spec.selector.matches(host.metadata.labels)
    }
}

package import GraftAPI
package import KubeCore

/// One metric of one run of an analysis, as hosts tell it: their changes, brought into windows by watermarks, and what they add up to.
///
/// Whether a change is the canary's is said by the revision that ran when it happened, not by what the host was meant to run. Memory is that of the windows
/// that are open, and of a few numbers for each host.
package struct MetricStream: Sendable {
    /// What hosts are asked for.
    package let demands: [SeriesDemand]
    /// Changes that came after their window had been evaluated.
    package var late: Int { windows.late }
    /// Changes beyond what is held at a time.
    package private(set) var dropped = 0
    /// Up to here every host has told all it will; nil without any.
    package var watermark: Timestamp? { windows.watermark }
    /// Why hosts can't tell what they are asked for.
    package private(set) var problem: String?
    private let measured: Measured
    private var windows: WindowedStream<ArmChange>
    private var strata: [String: Stratum] = [:]
    private var ratios: SequentialComparison?
    private var latencies: BucketComparison?
    private var canary = CanarySum()
    private var hasHeard = false

    /// Of a window.
    package static let width = Duration.seconds(10)
    /// Changes that wait for their window at most.
    static let mostWaiting = 200_000

    private enum Measured: Sendable {
        case ratio(failures: SeriesDemand, total: SeriesDemand)
        case latency(SeriesDemand, quantile: Double)
        case increase(SeriesDemand)
    }

    /// - Parameter rule: nil: numbers for thresholds are wanted.
    /// - Returns: nil when the provider names nothing.
    package init?(_ provider: HostsProvider, comparing rule: ComparisonRule?, width: Duration = MetricStream.width) {
        windows = WindowedStream(width: width)
        if let ratio = provider.ratio {
            let (failures, total) = (SeriesDemand(.counter, ratio.failures), SeriesDemand(.counter, ratio.total))
            measured = .ratio(failures: failures, total: total)
            demands = [failures, total]
            ratios = rule.map { SequentialComparison(rule: $0) }
        } else if let latency = provider.latency {
            let demand = SeriesDemand(.histogram, latency.histogram)
            measured = .latency(demand, quantile: latency.quantile / 100)
            demands = [demand]
            latencies = rule.map { BucketComparison(rule: $0, quantile: latency.quantile / 100) }
        } else if let increase = provider.increase {
            let demand = SeriesDemand(.counter, increase)
            measured = .increase(demand)
            demands = [demand]
        } else {
            return nil
        }
    }

    /// What became of a record.
    package enum Taking: Hashable, Sendable {
        case counted
        /// Its window was evaluated before it came.
        case late
        /// More waits than is held at a time.
        case dropped
        /// It says nothing of what is measured here.
        case other
    }

    /// Takes what a host's series grew by while it ran one of the two revisions.
    @discardableResult
    package mutating func receive(_ record: StreamRecord, arm: Arm, host: String, stratum: Stratum, at time: Timestamp) -> Taking {
        if let told = demands.compactMap({ record.problems[$0] }).first {
            problem = "\(host): \(told)"
            return .other
        }
        guard let change = change(of: record, arm) else { return .other }
        guard windows.waiting < Self.mostWaiting else {
            dropped += 1
            return .dropped
        }
        problem = nil
        hasHeard = true
        strata[host] = stratum
        return windows.receive(StreamChange(source: host, time: time, value: change)) ? .counted : .late
    }

    /// The host will tell of nothing that happened before.
    package mutating func advance(_ host: String, to watermark: Timestamp) { windows.advance(host, to: watermark) }

    /// The host has vanished: nobody waits for it any more.
    package mutating func end(_ host: String) { windows.end(host) }

    /// Hosts that are heard, and have not told what happened up to this moment: nobody waits for them any more.
    /// - Returns: how many there were.
    @discardableResult
    package mutating func end(behind moment: Timestamp) -> Int {
        let behind = windows.sources(behind: moment)
        for host in behind { windows.end(host) }
        return behind.count
    }

    /// Takes in windows whose time has passed for every host.
    package mutating func settle() {
        for window in windows.completed() { take(window) }
    }

    /// What it comes to now. Numbers for thresholds are those since the last reading; a comparison goes on from the beginning.
    package mutating func reading() -> Reading {
        settle()
        guard hasHeard else { return problem.map { .error($0) } ?? .noData }
        if let ratios { return .comparison(ratios.outcome) }
        if let latencies { return .comparison(latencies.outcome) }
        defer { canary = CanarySum() }
        guard !canary.hosts.isEmpty else { return .noData }
        switch measured {
        case .ratio: return .number(canary.first / canary.second)
        case .increase: return .number(canary.first / Double(canary.hosts.count))
        case .latency(_, let quantile): return .number(canary.buckets?.quantile(quantile) ?? .nan)
        }
    }

    private func change(of record: StreamRecord, _ arm: Arm) -> ArmChange? {
        var change = ArmChange(arm: arm)
        switch measured {
        case .ratio(let failures, let total):
            guard case .counter(let all)? = record.growth[total] else { return nil }
            // What has never failed has often no counter yet.
            let failed = if case .counter(let count)? = record.growth[failures] { count } else { 0.0 }
            (change.first, change.second) = (min(failed, all), all)
        case .increase(let demand):
            guard case .counter(let increase)? = record.growth[demand] else { return nil }
            change.first = increase
        case .latency(let demand, _):
            guard case .histogram(let buckets)? = record.growth[demand] else { return nil }
            change.buckets = buckets
        }
        return change
    }

    private mutating func take(_ window: StreamWindow<ArmChange>) {
        for change in window.changes where change.value.arm == .canary { canary.add(change.value, of: change.source) }
        guard ratios != nil || latencies != nil else { return }
        // A host that was switched within the window counts with both.
        var sums: [HostArm: ArmChange] = [:]
        for change in window.changes {
            sums[HostArm(host: change.source, arm: change.value.arm), default: ArmChange(arm: change.value.arm)].add(change.value)
        }
        ratios?.add(
            sums.map { key, sum in
                let tally = Tally(told: sum.second, bad: sum.first)
                return HostTally(host: key.host, stratum: strata[key.host] ?? Stratum(), arm: key.arm, tally: tally)
            })
        latencies?.add(
            sums.compactMap { key, sum in
                sum.buckets.map { HostBuckets(host: key.host, stratum: strata[key.host] ?? Stratum(), arm: key.arm, buckets: $0) }
            })
    }
}

private struct HostArm: Hashable {
    var host: String
    var arm: Arm
}

/// What a host's series grew by, of one metric.
private struct ArmChange: Hashable, Sendable {
    var arm: Arm
    /// Failures of a ratio, or the increase.
    var first = 0.0
    /// All of a ratio.
    var second = 0.0
    var buckets: BucketCounts?

    mutating func add(_ other: ArmChange) {
        first += other.first
        second += other.second
        guard let more = other.buckets else { return }
        if buckets == nil { buckets = more } else { _ = buckets?.add(more) }
    }
}

/// What the canary hosts add up to since the last reading.
private struct CanarySum: Sendable {
    var hosts: Set<String> = []
    var first = 0.0
    var second = 0.0
    var buckets: BucketCounts?

    mutating func add(_ change: ArmChange, of host: String) {
        hosts.insert(host)
        first += change.first
        second += change.second
        guard let more = change.buckets else { return }
        if buckets == nil { buckets = more } else { _ = buckets?.add(more) }
    }
}

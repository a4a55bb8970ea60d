import CollectedMetrics
import CoreMetrics
import Synchronization

/// The metrics of a process: hands out series to swift-metrics, and reads them all for whoever exposes them.
///
/// - The same name and labels are the same series, however often they are asked for. Destroying a handle ends the series for everyone, and
///   what is written to it afterwards is lost; asked for anew, it begins at zero.
/// - A metric has one kind. Asked for as another kind, or by a name that another metric's samples have, a series is given that nobody
///   reads, and `conflicts` counts it: a mistake in a metric never ends a program.
/// - Looking a series up takes a lock; writing to one that is kept does not.
/// - What there are many of is read where it stands, of a source for each metric: it takes no memory between two readings.
public final class MetricsRegistry: Sendable {
    private struct Family {
        var kind: MetricKind
        var description: MetricDescription
        var series: [MetricLabels: any Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        /// Which family a sample's name belongs to: a histogram's have suffixes.
        var owners: [String: String] = [:]
        var conflicts: UInt64 = 0
        var overflow: UInt64 = 0
        /// Asked when all is read, by the number under which they came.
        var sources: [UInt64: GaugeSource] = [:]
        var lastSource: UInt64 = 0
    }

    private let state = Mutex(State())
    /// Bytes of the text that was exposed last.
    let lastLength = Atomic(0)
    private let descriptions: [String: MetricDescription]
    private let collectors: [@Sendable () -> [MetricsSnapshot.Family]]
    private let seriesLimit: Int

    /// - Parameters:
    ///   - descriptions: what is known of metrics beforehand; others get a default.
    ///   - collectors: asked for more each time all is read, for what is cheaper to look up than to keep.
    ///   - seriesLimit: of one metric. Beyond it nobody reads them: labels without bounds must not take all memory.
    public init(
        descriptions: [MetricDescription] = MetricDescription.kubernetes,
        collectors: [@Sendable () -> [MetricsSnapshot.Family]] = [], seriesLimit: Int = 200_000
    ) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.collectors = collectors
        self.seriesLimit = seriesLimit
    }

    /// Series that nobody reads, since their name is another metric's.
    public var conflicts: UInt64 { state.withLock { $0.conflicts } }
    /// Series that nobody reads, since their metric has too many.
    public var overflow: UInt64 { state.withLock { $0.overflow } }
    /// How many series there are.
    public var count: Int { state.withLock { $0.families.values.reduce(0) { $0 + $1.series.count } } }

    /// The series of a name and labels.
    func series<S: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricKind, make: (SeriesKey, MetricDescription) -> S
    ) -> S {
        let key = SeriesKey(name: MetricName.metric(label), labels: MetricLabels(dimensions))
        return state.withLock { state in
            // Never by a copy of the family: changing it would copy all its series.
            if let known = state.families[key.name]?.kind, let description = state.families[key.name]?.description {
                if let series = state.families[key.name]?.series[key.labels] {
                    if known == kind, let series = series as? S { return series }
                    state.conflicts += 1
                    return make(key, description)
                }
                let series = make(key, description)
                if known != kind {
                    state.conflicts += 1
                } else if state.families[key.name]?.series.count ?? 0 >= seriesLimit {
                    state.overflow += 1
                } else {
                    state.families[key.name]?.series[key.labels] = series
                }
                return series
            }
            let description = descriptions[key.name] ?? MetricDescription(key.name, "")
            let series = make(key, description)
            let names = kind.sampleNames(key.name)
            guard names.allSatisfy({ state.owners[$0] == nil }) else {
                state.conflicts += 1
                return series
            }
            for name in names { state.owners[name] = key.name }
            state.families[key.name] = Family(kind: kind, description: description, series: [key.labels: series])
            return series
        }
    }

    /// Ends a series, if it is the one that is read; a metric without series is no more.
    func end(_ series: AnyObject) {
        guard let series = series as? any Series else { return }
        let key = series.key
        // Released outside of the lock.
        let ended: (any Series)? = state.withLock { state in
            guard state.families[key.name]?.series[key.labels] === series else { return nil }
            let ended = state.families[key.name]?.series.removeValue(forKey: key.labels)
            if state.families[key.name]?.series.isEmpty == true, let kind = state.families.removeValue(forKey: key.name)?.kind {
                for name in kind.sampleNames(key.name) { state.owners[name] = nil }
            }
            return ended
        }
        _ = ended
    }

    /// From now on the source is asked each time all is read.
    func add(_ source: GaugeSource) -> UInt64 {
        state.withLock { state in
            state.lastSource += 1
            state.sources[state.lastSource] = source
            return state.lastSource
        }
    }

    /// The source is asked no more.
    func removeSource(_ number: UInt64) {
        // Released outside of the lock.
        let removed = state.withLock { $0.sources.removeValue(forKey: number) }
        _ = removed
    }

    /// What there is to read, as it is now: names, and how each is read.
    func readers() -> [String: FamilyReader] {
        let (families, sources) = state.withLock { ($0.families, $0.sources) }
        var readers = families.mapValues { FamilyReader($0.description, $0.kind, $0.series) }
        let taken = Set(families.flatMap { name, family in family.kind.sampleNames(name) })
        // In the order in which they came: of two that tell the same series the first counts.
        for (_, source) in sources.sorted(by: { $0.key < $1.key }) {
            let name = MetricName.metric(source.label)
            guard readers[name].map({ $0.kind == .gauge }) ?? !taken.contains(name) else { continue }
            readers[name, default: FamilyReader(descriptions[name] ?? MetricDescription(name, ""), .gauge, [:])].sources.append(source)
        }
        for family in collectors.flatMap({ $0() }) where readers[family.name] == nil { readers[family.name] = FamilyReader(family) }
        return readers.mapValues { reader in
            var reader = reader
            reader.limit = seriesLimit
            return reader
        }
    }
}

extension MetricKind {
    /// The names that samples of a metric have, and that no other metric may have.
    func sampleNames(_ name: String) -> [String] {
        switch self {
        case .histogram: [name, name + "_bucket", name + "_sum", name + "_count"]
        // In OpenMetrics a counter's family is named without the suffix, and its samples with it.
        case .counter: name.hasSuffix("_total") ? [name, String(name.dropLast(6))] : [name, name + "_total"]
        case .gauge: [name]
        }
    }
}

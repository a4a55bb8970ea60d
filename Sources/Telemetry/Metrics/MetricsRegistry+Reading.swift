public import CollectedMetrics
import Synchronization

extension MetricsRegistry {
    /// Reads everything.
    public func snapshot() -> MetricsSnapshot {
        var families: [MetricsSnapshot.Family] = []
        forEachFamily { families.append($0) }
        return MetricsSnapshot(families: families)
    }

    /// Everything as UTF-8, as `MetricsSnapshot.exposition` has it, but never with more than one family read at a time: a large controller has
    /// a hundred thousand series.
    public func exposition(_ format: PrometheusFormat) -> [UInt8] {
        // As long as the last, or a little longer: a text that grows by doubling is there twice meanwhile.
        let last = lastLength.load(ordering: .relaxed)
        var writer = PrometheusWriter(format: format, capacity: last + last / 8)
        let readers = readers()
        for name in readers.keys.sorted() {
            guard let reader = readers[name] else { continue }
            if let gauges = reader.gauges() {
                if !gauges.isEmpty { writer.write(reader.description(name), gauges) }
            } else {
                let family = reader.read(name)
                if !family.points.isEmpty { writer.write(family) }
            }
        }
        let text = writer.finish()
        lastLength.store(text.count, ordering: .relaxed)
        return text
    }

    /// The series of one metric alone; none when there is no such metric.
    package func points(of name: String) -> [MetricsSnapshot.Point] { readers()[name]?.read(name).points ?? [] }

    /// Reads one family after another, sorted by name.
    func forEachFamily(_ body: (MetricsSnapshot.Family) -> Void) {
        let readers = readers()
        for name in readers.keys.sorted() { if let reader = readers[name] { body(reader.read(name)) } }
    }
}

extension MetricsRegistry: CollectingMetricsFactory {
    public func collect(_ source: GaugeSource) -> MetricsCollection {
        let number = add(source)
        return MetricsCollection { [weak self] in self?.removeSource(number) }
    }
}

/// A gauge as text formats show it.
struct GaugeLine {
    var labels: String
    var value: Double
}

/// How a metric is read: the series that are kept, and who else is asked.
struct FamilyReader {
    let kind: MetricKind
    private let description: MetricDescription
    private let series: [MetricLabels: any Series]
    private var whole: [MetricsSnapshot.Point] = []
    var sources: [GaugeSource] = []
    /// Of series.
    var limit = Int.max

    init(_ description: MetricDescription, _ kind: MetricKind, _ series: [MetricLabels: any Series]) {
        (self.description, self.kind, self.series) = (description, kind, series)
    }

    /// One that was read already.
    init(_ family: MetricsSnapshot.Family) {
        self.init(family.description, family.kind, [:])
        whole = family.points
    }

    func description(_ name: String) -> MetricDescription {
        var description = description
        description.name = name
        return description
    }

    /// What `read` gives of a metric that nothing is kept of, with labels as texts alone: a third of the memory, where there are a hundred
    /// thousand. Nil: of this one `read` must be asked.
    func gauges() -> [GaugeLine]? {
        guard series.isEmpty, whole.isEmpty, kind == .gauge else { return nil }
        var lines: [GaugeLine] = []
        for source in sources {
            source.read { dimensions, value in
                if lines.count <= limit { lines.append(GaugeLine(labels: MetricLabels(dimensions).text, value: value)) }
            }
        }
        guard lines.count <= limit else { return nil }
        // The sort is stable: of equal ones who came first is the first.
        lines.sort { $0.labels.utf8.lexicographicallyPrecedes($1.labels.utf8) }
        var last: String?
        lines.removeAll { line in
            defer { last = line.labels }
            return last.map { $0.utf8.elementsEqual(line.labels.utf8) } ?? false
        }
        return lines
    }

    func read(_ name: String) -> MetricsSnapshot.Family {
        let description = self.description(name)
        var points = whole
        points.reserveCapacity(series.count)
        for (labels, series) in series { points.append(MetricsSnapshot.Point(labels, value: series.value)) }
        guard !sources.isEmpty else {
            if whole.isEmpty { points.sort { $0.labels < $1.labels } }
            return MetricsSnapshot.Family(description, kind, points)
        }
        // What is kept, and who came first, counts.
        var seen = Set(series.keys)
        for source in sources {
            source.read { dimensions, value in
                let labels = MetricLabels(dimensions)
                if points.count < limit, seen.insert(labels).inserted { points.append(.init(labels, value: .double(value))) }
            }
        }
        points.sort { $0.labels < $1.labels }
        return MetricsSnapshot.Family(description, kind, points)
    }
}

extension MetricsSnapshot {
    /// The exposition as UTF-8: families sorted by name, series by labels, each family with its TYPE, and its HELP where there is one.
    public func exposition(_ format: PrometheusFormat) -> [UInt8] {
        var writer = PrometheusWriter(format: format)
        for family in families where !family.points.isEmpty { writer.write(family) }
        return writer.finish()
    }
}

/// Writes one of the text formats.
struct PrometheusWriter {
    let format: PrometheusFormat
    private var bytes: [UInt8] = []

    /// - Parameter capacity: how long the text may get before it is moved elsewhere.
    init(format: PrometheusFormat, capacity: Int = 0) {
        self.format = format
        bytes.reserveCapacity(capacity)
    }

    mutating func finish() -> [UInt8] {
        if format == .openMetrics { append("# EOF\n") }
        return bytes
    }

    mutating func write(_ family: MetricsSnapshot.Family) {
        let (name, sample) = names(of: family.description, family.kind)
        writeHead(name, family.description, family.kind)
        for point in family.points {
            switch point.value {
            case .integer(let value): write(sample, point.labels.text, "\(value)")
            case .double(let value): write(sample, point.labels.text, Self.text(value))
            case .histogram(let value): write(name, point.labels, value)
            }
        }
    }

    /// A family of gauges, each by its labels' text.
    mutating func write(_ description: MetricDescription, _ gauges: [GaugeLine]) {
        writeHead(description.name, description, .gauge)
        for gauge in gauges { write(description.name, gauge.labels, Self.text(gauge.value)) }
    }

    private mutating func writeHead(_ name: String, _ description: MetricDescription, _ kind: MetricKind) {
        if !description.help.isEmpty {
            append("# HELP \(name) ")
            append(help: description.help)
            append("\n")
        }
        append("# TYPE \(name) \(kind.rawValue)\n")
        let unit = description.unit
        if format == .openMetrics, !unit.isEmpty, name.hasSuffix("_" + unit) { append("# UNIT \(name) \(unit)\n") }
    }

    /// The family's name and its samples': a counter's differ in OpenMetrics.
    private func names(of description: MetricDescription, _ kind: MetricKind) -> (family: String, sample: String) {
        guard format == .openMetrics, kind == .counter else { return (description.name, description.name) }
        let name = description.name.hasSuffix("_total") ? String(description.name.dropLast(6)) : description.name
        return (name, name + "_total")
    }

    private mutating func write(_ name: String, _ labels: MetricLabels, _ histogram: HistogramValue) {
        let prefix = labels.text.isEmpty ? "" : labels.text + ","
        var count: UInt64 = 0
        for (bound, inBucket) in zip(histogram.bounds, histogram.counts) {
            count &+= inBucket
            append("\(name)_bucket{\(prefix)le=\"\(text(ofBound: bound))\"} \(count)\n")
        }
        count &+= histogram.counts.last ?? 0
        append("\(name)_bucket{\(prefix)le=\"+Inf\"} \(count)\n")
        write(name + "_sum", labels.text, Self.text(histogram.sum))
        write(name + "_count", labels.text, "\(count)")
    }

    private mutating func write(_ name: String, _ labels: String, _ value: String) {
        append(name)
        if !labels.isEmpty {
            append("{")
            append(labels)
            append("}")
        }
        append(" ")
        append(value)
        append("\n")
    }

    /// A bound as label: `1` in the older format, `1.0` in OpenMetrics, which has one way to write a number.
    private func text(ofBound value: Double) -> String {
        format == .openMetrics ? value.description : Self.text(value)
    }

    /// A number as Go's reader takes it, whole ones without a fraction.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private mutating func append(help text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case UInt8(ascii: "\"") where format == .openMetrics: append("\\\"")
            default: bytes.append(byte)
            }
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

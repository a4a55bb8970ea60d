extension Exposition {
    /// Reads Prometheus' text format 0.0.4, and OpenMetrics 1.0 as far as the two are alike.
    ///
    /// Lines of names that nobody wants are passed over. Of the others every line must be right: one that is left out would look like a counter that
    /// stood still. Taken as well, since exporters write it: blanks around everything, commas behind the last label, line ends of Windows, a last line
    /// without an end, names of labels in quotes, exemplars and times (neither is looked at).
    ///
    /// - Parameters:
    ///   - wanted: names of samples: `requests_total`, `latency_seconds_bucket`.
    ///   - endsMarked: it is OpenMetrics, whose last line says so; without it something is missing.
    package init(
        parsing bytes: [UInt8], wanted: Set<String>, endsMarked: Bool = false, limits: ExpositionLimits = ExpositionLimits()
    ) throws(ExpositionError) {
        guard bytes.count <= limits.bytes else { throw ExpositionError("it is longer than \(limits.bytes) bytes") }
        self.init()
        var seen: Set<SeriesName> = []
        var (number, hasEnded) = (0, false)
        for var line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            line = line.drop { $0.isBlank }
            if line.isEmpty { continue }
            guard !hasEnded else { throw ExpositionError(line: number, "it stands behind the end, # EOF") }
            guard line.count <= limits.lineBytes else { throw ExpositionError(line: number, "it is longer than \(limits.lineBytes) bytes") }
            if line.first == UInt8(ascii: "#") {
                hasEnded = line.elementsEqual("# EOF".utf8)
                note(comment: line, wanted)
                continue
            }
            var reader = SampleReader(rest: line, line: number, labelLimit: limits.labels)
            guard let sample = try reader.sample(wanted) else { continue }
            guard seen.insert(SeriesName(name: sample.name, labels: sample.labels)).inserted else {
                throw ExpositionError(line: number, "\(sample.name) stands there twice with the same labels")
            }
            guard samples.count < limits.samples else {
                throw ExpositionError(line: number, "more than \(limits.samples) series are wanted")
            }
            samples.append(sample)
        }
        guard hasEnded || !endsMarked else { throw ExpositionError("its end, # EOF, is missing") }
    }

    /// `# TYPE name kind`; any other comment says nothing.
    private mutating func note(comment: ArraySlice<UInt8>, _ wanted: Set<String>) {
        guard comment.starts(with: "# TYPE ".utf8) else { return }
        let words = comment.split { $0.isBlank }
        guard words.count == 4 else { return }
        let name = String(decoding: words[2], as: UTF8.self)
        if wanted.contains(name) { types[name] = String(decoding: words[3], as: UTF8.self) }
    }
}

/// What tells two series apart.
struct SeriesName: Hashable, Sendable {
    var name: String
    var labels: [String: String]
}

extension UInt8 {
    /// A blank or a tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}

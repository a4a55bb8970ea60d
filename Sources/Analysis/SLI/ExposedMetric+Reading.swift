package import GraftAPI

extension ExposedMetric {
    /// Names and labels that rules ask for, out of what a host exposes (Prometheus' text format 0.0.4). Lines that no rule asks for are not looked at.
    ///
    /// - Throws: `ExpositionError` for a line that can't be read.
    package static func read(_ bytes: [UInt8], rules: [SLIRule]) throws(ExpositionError) -> [ExposedMetric] {
        let known = rules + SLIRule.builtin
        let wanted = names(in: bytes).filter { name in known.contains { $0.names(name) } }
        var labels: [String: [String: Set<String>]] = [:]
        for sample in try Exposition(parsing: bytes, wanted: wanted).samples {
            for (label, value) in sample.labels { labels[sample.name, default: [:]][label, default: []].insert(value) }
        }
        return labels.keys.sorted().map { ExposedMetric($0, labels: labels[$0] ?? [:]) }
    }

    /// What lines begin with.
    private static func names(in bytes: [UInt8]) -> Set<String> {
        var names: Set<String> = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let name = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { byte in
                byte != UInt8(ascii: "{") && byte != 0x20 && byte != 0x09 && byte != 0x0D
            }
            if !name.isEmpty, name.first != UInt8(ascii: "#") { names.insert(String(decoding: name, as: UTF8.self)) }
        }
        return names
    }
}

extension SLIRule {
    /// Whether it is about metrics of this name.
    func names(_ name: String) -> Bool { metric.hasPrefix("*") ? name.hasSuffix(metric.dropFirst()) : name == metric }

    /// What is wrong with a rule that somebody wrote; nil when nothing is.
    package var objection: String? {
        if metric.dropFirst().contains("*") { return "metric: found \"\(metric)\", wanted * at the beginning alone" }
        switch indicator {
        case .availability where failures?.isEmpty ?? true: return "failures: wanted with Availability: values that mean a failure, as 5.."
        case .latency where failures != nil: return "failures: wanted with Availability alone"
        case .latency where !metric.hasSuffix("_bucket"):
            return "metric: found \"\(metric)\", wanted a histogram's, which ends with _bucket"
        default: return nil
        }
    }
}

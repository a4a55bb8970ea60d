/// The two text formats that servers of the Prometheus family ask for.
public enum PrometheusFormat: Sendable, CaseIterable {
    /// «Text-based format», version 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    /// For the `Content-Type` header.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// What an `Accept` header asks for; the older format when it names neither. Of several ranges the one with the highest weight counts, of
    /// equals the first.
    public static func negotiated(_ accept: String?) -> PrometheusFormat {
        var best: (format: PrometheusFormat, weight: Double) = (.text, 0)
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let type = parts.first else { continue }
            let parameters = parts.dropFirst()
            let weight = parameters.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            let version = parameters.first { $0.hasPrefix("version=") }?.dropFirst(8)
            let format: PrometheusFormat
            switch type {
            case "application/openmetrics-text" where version == nil || version == "1.0.0": format = .openMetrics
            case "text/plain", "text/*", "*/*": format = .text
            default: continue
            }
            if weight > best.weight { best = (format, weight) }
        }
        return best.format
    }
}

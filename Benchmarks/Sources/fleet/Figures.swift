/// One phase of one round.
struct Measurement {
    /// Sorted.
    var hosts: [Duration]
    var plan: Duration?
    var writes: [String: Int]

    /// By nearest rank.
    func percentile(_ share: Double) -> Duration {
        let rank = Int((share * Double(hosts.count)).rounded(.up))
        return hosts[max(0, min(hosts.count, rank) - 1)]
    }

    var all: Duration { hosts[hosts.count - 1] }
}

/// All rounds of one phase, as lines to print.
struct Figures {
    var name: String
    var rounds: [Measurement]

    var lines: [String] {
        [
            row("plan seen", rounds.compactMap(\.plan)), row("p50", rounds.map { $0.percentile(0.5) }),
            row("p99", rounds.map { $0.percentile(0.99) }), row("all", rounds.map(\.all)),
        ] + writes
    }

    private func row(_ what: String, _ values: [Duration]) -> String {
        let sorted = values.sorted()
        guard let least = sorted.first, let most = sorted.last else { return "" }
        return cell("\(name) \(what)", 28) + [least, sorted[sorted.count / 2], most].map { cell($0.milliseconds, -12) }.joined()
    }

    /// Median count of each kind of write in a round.
    private var writes: [String] {
        Set(rounds.flatMap(\.writes.keys)).sorted().map { kind in
            let counts = rounds.map { $0.writes[kind] ?? 0 }.sorted()
            return cell("\(name) writes", 28)
                + [counts[0], counts[counts.count / 2], counts[counts.count - 1]].map { cell("\($0)", -12) }.joined()
                + "  \(kind)"
        }
    }

    static let header = cell("", 28) + ["min", "median", "max"].map { cell($0, -12) }.joined()
}

/// Text as wide as asked for; a negative width aligns it to the right.
func cell(_ text: String, _ width: Int) -> String {
    let space = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? space + text : text + space
}

extension Duration {
    var milliseconds: String { "\(Int((self / .milliseconds(1)).rounded())) ms" }
}

import Controllers
import Glibc
import Stations
import Telemetry

/// What the controller's process said last of itself: words of names and numbers.
struct Usage: CustomStringConvertible {
    private var numbers: [Substring: Double] = [:]

    /// Bytes.
    var resident: Double { numbers["resident"] ?? 0 }
    /// Seconds of all threads.
    var processor: Double { numbers["processor"] ?? 0 }
    /// When it said so, in seconds.
    var time: Double { numbers["time"] ?? 0 }
    /// Seconds by which the window that is due is behind; nil as long as nobody tells anything.
    var lag: Double? { numbers["lag"] }
    var hosts: Double { numbers["hosts"] ?? 0 }
    var connections: Double { numbers["connections"] ?? 0 }
    /// Batches since its start, by what became of them.
    var batches: [Substring: Double] {
        Dictionary(uniqueKeysWithValues: numbers.filter { $0.key.hasPrefix("batch-") }.map { ($0.key.dropFirst(6), $0.value) })
    }
    /// Changes since its start that came when their window had been evaluated.
    var late: Double { numbers["late"] ?? 0 }

    private init(line: Substring) {
        for word in line.split(separator: " ") {
            let parts = word.split(separator: "=")
            if parts.count == 2, let number = Double(parts[1]) { numbers[parts[0]] = number }
        }
    }

    /// Reads the last whole line.
    init(_ output: String) { self.init(line: output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last ?? "") }

    /// All of them, as they were said.
    static func all(_ output: String) -> [Usage] {
        output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { Usage(line: $0) }.filter { $0.time > 0 }
    }

    static func line(of registry: MetricsRegistry) -> String {
        var words = [
            "resident=\(ProcessUsage.resident)", "processor=\(ProcessUsage.processorSeconds)",
            "time=\(Double(ProcessUsage.now) / 1e9)",
        ]
        func add(_ metric: String, as name: (String) -> String?) {
            for point in registry.points(of: metric) {
                guard let name = name(point.labels.labels.first { $0.name == "result" }?.value ?? "") else { continue }
                switch point.value {
                case .integer(let count): words.append("\(name)=\(count)")
                case .double(let number): words.append("\(name)=\(number)")
                default: break
                }
            }
        }
        add("graft_stream_watermark_lag_seconds") { _ in "lag" }
        add("graft_stream_hosts") { _ in "hosts" }
        add("graft_stream_connections") { _ in "connections" }
        add("graft_stream_batches_total") { "batch-\($0)" }
        add("graft_stream_changes_total") { $0 == "late" ? "late" : nil }
        return words.joined(separator: " ")
    }

    /// Where it said that agents are listened to.
    static func port(_ output: String) -> Int? {
        output.split(separator: "\n").first { $0.hasPrefix("port ") }.flatMap { Int($0.dropFirst(5)) }
    }

    /// What it has used, in the time between two.
    static func share(_ from: Usage, _ to: Usage) -> Double { (to.processor - from.processor) / max(to.time - from.time, 0.001) * 100 }

    var description: String { "\((resident / 1e6).short) MB and \(processor.short) s of processor" }
}

/// At once, also where the output is a file.
func say(_ text: String) {
    print(text)
    fflush(nil)
}

import CMalloc
import Glibc
import Stations

/// What the controller's process said last of itself: words of numbers, and then named ones.
struct Usage: CustomStringConvertible {
    var resident = 0
    /// Seconds of all threads.
    var processor = 0.0
    /// When it said so, in seconds.
    var time = 0.0
    var peak = 0
    /// Bytes that are allocated, and those that were and are kept by the allocator.
    var allocated = 0
    var free = 0
    /// Where it serves its metrics.
    var port = 0
    /// `PATCH=12` and the like, since its start.
    var requests: [Substring: Int] = [:]
    /// Lengths of the timers it holds, in seconds; nil: it does not say.
    var timers: [Substring]?
    /// Timers that have run out since its start.
    var rung = 0
    /// Keys in its queue that wait for their time.
    var delayed: Int?

    /// Reads the last whole line. Controllers built earlier say less.
    init(_ output: String) {
        guard let line = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last else { return }
        var words = line.split(separator: " ")
        let named = words.filter { $0.contains("=") }.map { $0.split(separator: "=", omittingEmptySubsequences: false) }
        words.removeAll { $0.contains("=") }
        guard words.count >= 3, let resident = Int(words[0]), let processor = Double(words[1]), let time = Double(words[2]) else { return }
        (self.resident, self.processor, self.time) = (resident, processor, time)
        for word in named where word.count == 2 {
            switch word[0] {
            case "timers": timers = word[1].split(separator: ",")
            case "rung": rung = Int(word[1]) ?? 0
            case "delayed": delayed = Int(word[1])
            default: requests[word[0]] = Int(word[1])
            }
        }
        let more = words.dropFirst(3).compactMap { Int($0) }
        guard more.count == 4 else { return }
        (peak, allocated, free, port) = (more[0], more[1], more[2], more[3])
    }

    /// - Parameter memory: what the allocator says. It goes through all that is free, with everybody waiting: to be asked now and then.
    static func line(memory: mallinfo2, port: Int, requests: [String: Int], sleeps: SleepCount, delayed: Int?) -> String {
        defer { fflush(nil) }
        let words = [
            "\(ProcessUsage.resident)", "\(ProcessUsage.processorSeconds)", "\(Double(ProcessUsage.now) / 1e9)", "\(ProcessUsage.peak)",
            "\(memory.uordblks + memory.hblkhd)", "\(memory.fordblks)", "\(port)",
        ]
        let timers = ["timers=\(sleeps.held.map { "\($0)" }.joined(separator: ","))", "rung=\(sleeps.rung)"]
        return
            (words + requests.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + timers
            + (delayed.map { ["delayed=\($0)"] } ?? []))
            .joined(separator: " ")
    }

    var description: String {
        "\(resident / 1_000_000) MB (\(peak / 1_000_000) MB at most; allocated \(allocated / 1_000_000) MB, free \(free / 1_000_000) MB) "
            + "and \((processor * 10).rounded() / 10) s of processor"
    }

    /// What was asked since, in words.
    func requests(since before: Usage) -> String {
        let new = requests.map { ($0.key, $0.value - (before.requests[$0.key] ?? 0)) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
        return new.isEmpty ? "none" : new.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}

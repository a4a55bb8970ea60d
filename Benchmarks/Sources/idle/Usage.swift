import CMalloc
import Glibc
import Stations

/// What the controller's process said last of itself: words of numbers, and then requests by method.
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

    /// Reads the last whole line. Controllers built earlier say less.
    init(_ output: String) {
        guard let line = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last else { return }
        var words = line.split(separator: " ")
        let named = words.filter { $0.contains("=") }.map { $0.split(separator: "=") }
        words.removeAll { $0.contains("=") }
        guard words.count >= 3, let resident = Int(words[0]), let processor = Double(words[1]), let time = Double(words[2]) else { return }
        (self.resident, self.processor, self.time) = (resident, processor, time)
        for word in named where word.count == 2 { requests[word[0]] = Int(word[1]) }
        let more = words.dropFirst(3).compactMap { Int($0) }
        guard more.count == 4 else { return }
        (peak, allocated, free, port) = (more[0], more[1], more[2], more[3])
    }

    static func line(port: Int, requests: [String: Int]) -> String {
        defer { fflush(nil) }
        let memory = mallinfo2()
        let words = [
            "\(ProcessUsage.resident)", "\(ProcessUsage.processorSeconds)", "\(Double(ProcessUsage.now) / 1e9)", "\(ProcessUsage.peak)",
            "\(memory.uordblks + memory.hblkhd)", "\(memory.fordblks)", "\(port)",
        ]
        return (words + requests.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
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

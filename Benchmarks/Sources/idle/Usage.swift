import Glibc
import Stations

/// What the controller's process said last of itself.
struct Usage: CustomStringConvertible {
    var resident = 0
    /// Seconds of all threads.
    var processor = 0.0
    /// When it said so, in seconds.
    var time = 0.0

    /// Reads the last whole line.
    init(_ output: String) {
        guard let line = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last else { return }
        let words = line.split(separator: " ")
        guard words.count == 3, let resident = Int(words[0]), let processor = Double(words[1]), let time = Double(words[2]) else { return }
        (self.resident, self.processor, self.time) = (resident, processor, time)
    }

    static var line: String {
        defer { fflush(nil) }
        return "\(ProcessUsage.resident) \(ProcessUsage.processorSeconds) \(Double(ProcessUsage.now) / 1e9)"
    }

    var description: String { "\(resident / 1_000_000) MB and \((processor * 10).rounded() / 10) s of processor" }
}

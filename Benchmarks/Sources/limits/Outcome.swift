import CMalloc
import Glibc

/// What one case took.
struct Outcome: Sendable {
    var verdict: Case.Verdict
    var milliseconds: Int
    /// The peak of what was resident, less what was when the input stood ready.
    var bytes: Int

    var mebibytes: String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(tenths / 10).\(tenths % 10)"
    }

    var line: String { "\(milliseconds)\t\(bytes)\t\(verdict)" }

    init(verdict: Case.Verdict, milliseconds: Int, bytes: Int) {
        (self.verdict, self.milliseconds, self.bytes) = (verdict, milliseconds, bytes)
    }

    init?(line: String) {
        let fields = line.split(separator: "\t", maxSplits: 2).map(String.init)
        guard fields.count == 3, let milliseconds = Int(fields[0]), let bytes = Int(fields[1]) else { return nil }
        self.init(verdict: fields[2], milliseconds: milliseconds, bytes: bytes)
    }

    static func measure(_ one: Case) async throws -> Outcome {
        let body = try one.prepare()
        malloc_trim(0)
        resetPeak()
        let before = status("VmRSS:")
        let clock = ContinuousClock()
        let start = clock.now
        let verdict = try await body()
        let duration = start.duration(to: clock.now)
        let peak = status("VmHWM:")
        return Outcome(verdict: verdict, milliseconds: Int(duration / .milliseconds(1)), bytes: max(0, peak - before))
    }

    /// Nil when all is as it has to be.
    func complaint(about one: Case) -> String? {
        if verdict != one.wanted { return "\(one.wanted) | \(verdict) | | **missed** the verdict" }
        let seconds = Double(milliseconds) / 1000
        if seconds > Aim.seconds { return "≤ \(Aim.seconds) s | \(seconds) s | \(seconds / Aim.seconds) | **missed**" }
        if bytes > Aim.bytes { return "≤ \(Aim.bytes >> 20) MiB | \(mebibytes) MiB | \(bytes / Aim.bytes) | **missed**" }
        return nil
    }

    /// The peak from now on (proc(5), clear_refs).
    private static func resetPeak() {
        let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        _ = write(descriptor, "5", 1)
        close(descriptor)
    }

    /// A line of /proc/self/status in kB, as bytes.
    private static func status(_ name: String) -> Int {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = max(0, read(descriptor, &bytes, bytes.count))
        for line in bytes[..<count].split(separator: 0x0A) where line.starts(with: name.utf8) {
            return (Int(String(decoding: line.filter { (0x30...0x39).contains($0) }, as: UTF8.self)) ?? 0) << 10
        }
        return 0
    }
}

/// The last line that this program prints when it is told to run one case.
func runAlone(_ name: String) -> String {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return "" }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("limits"), strdup(name), nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    guard posix_spawn(&child, "/proc/self/exe", &actions, nil, arguments, environ) == 0 else { return "" }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(ends[0], &buffer, buffer.count), count > 0 { output += buffer[..<count] }
    close(ends[0])
    var result: Int32 = 0
    waitpid(child, &result, 0)
    return output.split(separator: 0x0A).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
}

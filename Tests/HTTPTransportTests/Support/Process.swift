import Glibc
import Testing

/// What this process holds, as the kernel and the allocator count it.
struct ProcessUsage {
    var descriptors: Int
    var threads: Int
    /// Bytes in blocks that are not freed.
    var allocated: Int

    static var now: ProcessUsage {
        ProcessUsage(
            descriptors: entries(of: "/proc/self/fd").count, threads: entries(of: "/proc/self/task").count, allocated: allocatedBytes())
    }

    /// From glibc's own account of all its arenas: what it has from the kernel without what lies free. 0 where there is none.
    private static func allocatedBytes() -> Int {
        typealias Account = @convention(c) (Int32, UnsafeMutablePointer<FILE>?) -> Int32
        guard let symbol = dlsym(nil, "malloc_info") else { return 0 }
        var (text, size): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        guard let stream = open_memstream(&text, &size) else { return 0 }
        _ = unsafeBitCast(symbol, to: Account.self)(0, stream)
        fclose(stream)
        defer { free(text) }
        let lines = String(cString: text!).split(separator: "\n")
        // The totals of all arenas stand at the end.
        func last(_ start: String) -> Int {
            let words = lines.last { $0.hasPrefix(start) }?.split(separator: " ").last { $0.hasPrefix("size=") }
            return words.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        return last("<system type=\"current\"") + last("<total type=\"mmap\"") - last("<total type=\"fast\"") - last("<total type=\"rest\"")
    }

    /// Bytes of anonymous memory that are resident.
    static var anonymous: Int {
        guard let stream = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(stream) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, stream) != nil {
            let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            if text.hasPrefix("RssAnon:") { return (Int(text.split { !$0.isNumber }.first ?? "") ?? 0) << 10 }
        }
        return 0
    }
}

/// The testing library keeps where each error was thrown, some 150 bytes a piece: nothing to those who count bytes over thousands of
/// cancellations. Not in this process, from now on.
func keepNoBacktraces() {
    for hook in ["_swift_willThrow", "_swift_willThrowTypedImpl"] { dlsym(nil, hook)?.assumingMemoryBound(to: UInt.self).pointee = 0 }
}

/// Whether the long variants of tests run: GRAFT_LONG_TESTS=1.
var runsLong: Bool { getenv("GRAFT_LONG_TESTS").map { String(cString: $0) == "1" } ?? false }

/// What a test in a process of its own measured.
func report(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(2, bytes, bytes.count)
}

/// Puts what a process reported into the log.
func show(_ result: ExitTest.Result?) {
    guard let result else { return }
    print(String(decoding: result.standardErrorContent, as: UTF8.self), terminator: "")
}

/// Takes leave of children that other tests left behind. A test of a process's exit waits for any child that has ended; one that nobody
/// asks for keeps it from seeing its own, for ever. Tests run one after another, so nobody else waits for a child just now.
func reapStrays() {
    while waitpid(-1, nil, WNOHANG) > 0 {}
}

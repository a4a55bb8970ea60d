import Glibc

/// A pipe that a child prints into, read without waiting. Only the beginning is kept: whoever prints without end costs nothing.
struct OutputPipe: ~Copyable {
    private let reading: Int32
    private(set) var writing: Int32
    private(set) var bytes: [UInt8] = []
    private static let limit = 512

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw SlotFailure(.environment, "CommandUnavailable", "no pipe for a command's output: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(reading)
        if writing >= 0 { close(writing) }
    }

    mutating func closeWriting() {
        close(writing)
        writing = -1
    }

    /// Takes what is there, up to a few times what a pipe holds, so that a chatty child keeps nobody busy.
    mutating func drain() {
        var part = [UInt8](repeating: 0, count: 16 << 10)
        for _ in 0..<16 {
            let count = read(reading, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes += part.prefix(min(count, Self.limit - bytes.count))
        }
    }
}

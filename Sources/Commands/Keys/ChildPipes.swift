import Glibc

/// What a child reads: a file without a name. Unlike a pipe it is written before the child starts, whatever its size, and nobody minds when the
/// child doesn't read it.
struct InputFile: ~Copyable {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws(ChildProcess.Failure) {
        var path = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/graft-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .system("no file for its input", errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(&path)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("its input can't be written", errno) }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

/// A pipe that a child writes to, read without blocking.
struct OutputPipe: ~Copyable {
    private let reading: Int32
    private(set) var writing: Int32
    private let limit: Int
    private(set) var bytes: [UInt8] = []

    /// - Parameter limit: bytes that are kept, from the beginning.
    init(limit: Int) throws(ChildProcess.Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("no pipe for its output", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        (reading, writing) = (ends[0], ends[1])
        self.limit = limit
    }

    deinit {
        close(reading)
        if writing >= 0 { close(writing) }
    }

    mutating func closeWriting() {
        close(writing)
        writing = -1
    }

    /// Takes what is there.
    mutating func drain() {
        var part = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(reading, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes += part.prefix(min(count, limit - bytes.count))
        }
    }
}

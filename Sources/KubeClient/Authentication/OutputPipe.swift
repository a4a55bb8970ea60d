import Glibc

/// A pipe that a child writes to, read without blocking.
struct OutputPipe: ~Copyable {
    private let reading: Int32
    private(set) var writing: Int32
    /// What has arrived, at most 16 MB; what goes beyond is dropped.
    private(set) var bytes: [UInt8] = []
    private static let limit = 16 << 20

    init() throws(ClientConfigurationError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw ClientConfigurationError("no pipe for a command's output: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        reading = ends[0]
        writing = ends[1]
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
            let count = Glibc.read(reading, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes += part.prefix(min(count, Self.limit - bytes.count))
        }
    }
}

/// The numbers of this process's open descriptors.
func openDescriptors() -> [Int32] {
    guard let directory = opendir("/proc/self/fd") else { return [] }
    defer { closedir(directory) }
    var descriptors: [Int32] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if let descriptor = Int32(name), descriptor != dirfd(directory) { descriptors.append(descriptor) }
    }
    return descriptors
}

import Glibc
import HostProtocol

/// Ends the waiting of a thread that polls, from any other.
final class Alarm: Sendable {
    private let reading: Descriptor
    private let writing: Descriptor

    /// - Throws: `FileError`.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FileError("a pipe", "making", code: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    var polled: Int32 { reading.number }

    /// A full pipe has rung already.
    func ring() { _ = write(writing.number, [UInt8(1)], 1) }

    func hear() {
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(reading.number, &bytes, bytes.count) > 0 {}
    }
}

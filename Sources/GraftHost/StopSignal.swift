import Glibc
import HostProtocol
import Synchronization

/// Ends a thread that waits, from any other.
final class StopSignal: Sendable {
    private let reading: Descriptor
    private let writing: Descriptor
    private let stopped = Mutex(false)

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw HostRefusal("no pipe can be had: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    var isStopped: Bool { stopped.withLock { $0 } }

    func stop() {
        let isFirst = stopped.withLock { stopped in
            defer { stopped = true }
            return !stopped
        }
        // What was written stays there: every later wait ends at once.
        if isFirst { _ = write(writing.number, [UInt8(1)], 1) }
    }

    /// Returns after the time, or when it is stopped.
    func wait(milliseconds: Int32) {
        var waits = [pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)]
        poll(&waits, 1, milliseconds)
    }

    /// - Returns: false when the time is over, or it was stopped.
    func waitForInput(of socket: PacketSocket, milliseconds: Int32) throws -> Bool {
        var waits = [
            pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket.descriptor.number, events: Int16(POLLIN), revents: 0),
        ]
        var count = poll(&waits, 2, milliseconds)
        while count < 0, errno == EINTR { count = poll(&waits, 2, milliseconds) }
        guard count >= 0 else { throw HostRefusal("waiting failed: \(String(cString: strerror(errno)))") }
        return waits[1].revents != 0 && waits[0].revents == 0
    }
}

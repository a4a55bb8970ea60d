internal import Glibc
internal import Synchronization

/// Reads a regular file from a place to its end, part by part.
package final class FileReader: Sendable {
    package let path: String
    package let size: Int
    private let descriptor: Int32
    private let offset: Mutex<Int>

    private static let partSize = 256 << 10

    package init(_ path: String, from offset: Int = 0) throws(OCIError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure("can't open the file", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw OCIError(.storage, "\(path): it is no regular file")
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
        self.offset = Mutex(offset)
    }

    deinit { close(descriptor) }

    /// At most `limit` bytes, never none; nil at the end.
    package func next(upTo limit: Int = .max) throws(OCIError) -> [UInt8]? {
        let start = offset.withLock { $0 }
        var count = 0
        let part = [UInt8](unsafeUninitializedCapacity: min(Self.partSize, limit)) { buffer, filled in
            repeat { count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(start)) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw FileSystem.failure("can't read the file", path) }
        offset.withLock { $0 = start + count }
        return count == 0 ? nil : part
    }
}

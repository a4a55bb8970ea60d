import Glibc

/// A file open for writing; closed when nobody holds it any more.
package final class FileHandle: Sendable {
    private let descriptor: Int32
    package let path: String
    private let disk: Disk

    init(descriptor: Int32, path: String, disk: Disk) {
        self.descriptor = descriptor
        self.path = path
        self.disk = disk
    }

    deinit { close(descriptor) }

    package func write(_ bytes: some Collection<UInt8>) throws {
        try disk.before(.write(path, count: bytes.count))
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, "writing", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Returns when the bytes are on the disk.
    package func sync() throws {
        try disk.before(.sync(path))
        guard fdatasync(descriptor) == 0 else { throw FileError(path, "syncing", code: errno) }
    }

    package func truncate(to size: Int) throws {
        try disk.before(.truncate(path))
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw FileError(path, "truncating", code: errno) }
    }

    /// Takes the file for this process alone, until it is closed. False: another has it.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}

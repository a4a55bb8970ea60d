internal import Glibc
internal import Synchronization

/// A file that is being written under a name nobody looks for, until it is whole: then it moves to its place, or else vanishes.
package final class IncomingFile: Sendable {
    package let path: String
    private let descriptor: Int32
    private let state = Mutex(State())

    private struct State {
        var size = 0
        var isPlaced = false
    }

    /// What names of unfinished files start with.
    package static let prefix = ".incoming-"

    package init(in directory: String) throws(OCIError) {
        var random = SystemRandomNumberGenerator()
        path = "\(directory)/\(Self.prefix)\(String(random.next(), radix: 16))\(String(random.next(), radix: 16))"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileSystem.failure("can't create the file", path) }
    }

    deinit {
        close(descriptor)
        if !state.withLock({ $0.isPlaced }) { unlink(path) }
    }

    /// Bytes so far.
    package var size: Int { state.withLock { $0.size } }

    package func write(_ bytes: [UInt8]) throws(OCIError) { try write(bytes[...]) }

    package func write(_ bytes: ArraySlice<UInt8>) throws(OCIError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileSystem.failure("can't write the file", path) }
            rest = rest.dropFirst(count)
            state.withLock { $0.size += count }
        }
    }

    /// Permission bits.
    package func setMode(_ mode: UInt32) throws(OCIError) {
        guard fchmod(descriptor, mode) == 0 else { throw FileSystem.failure("can't set the permissions", path) }
    }

    /// Makes the content last, then gives it its name, replacing what had it, then makes the name last.
    package func move(to target: String) throws(OCIError) {
        guard fsync(descriptor) == 0 else { throw FileSystem.failure("can't make the file last", path) }
        guard rename(path, target) == 0 else { throw FileSystem.failure("can't give the file its name", target) }
        state.withLock { $0.isPlaced = true }
        try FileSystem.synchronize(directory: FileSystem.directory(of: target))
    }
}

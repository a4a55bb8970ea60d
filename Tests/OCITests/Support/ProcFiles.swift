import Glibc

@testable import OCI

extension FileSystem {
    /// Writes into a file that is there.
    static func overwrite(_ path: String, _ text: String) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open the file", path) }
        defer { close(descriptor) }
        _ = write(descriptor, text, text.utf8.count)
    }

    /// A file whose size is not known before it is read.
    static func readStream(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open the file", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = Glibc.read(descriptor, &part, part.count), count > 0 { bytes += part.prefix(count) }
        return bytes
    }
}

/// Lets others go on, on a thread of a server's own.
func usleepBriefly() { usleep(2000) }

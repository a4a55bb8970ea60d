import Glibc
import ProgramOptions

/// A file that does not exist yet, written whole. Unlike other files that commands write, it never takes another's place.
struct NewFile {
    var path: String

    /// - Throws: `CommandError`, also when the file appeared meanwhile; then nothing of it is touched.
    func write(_ text: String, mode: mode_t) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw Self.exists(path) }
            throw CommandError("\(path): can't be written: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0, fchmod(descriptor, mode) == 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    private func failure() -> CommandError {
        let reason = String(cString: strerror(errno))
        unlink(path)
        return CommandError("\(path): can't be written: \(reason)")
    }

    static func exists(_ path: String) -> CommandError {
        CommandError("\(path) exists; a key is never overwritten: choose another path, or move it away")
    }
}

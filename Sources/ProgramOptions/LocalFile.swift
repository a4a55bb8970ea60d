package import Glibc

/// A file that a command reads or writes whole.
package struct LocalFile {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// The file's bytes; `-` is standard input.
    package func bytes() throws -> [UInt8] {
        guard let bytes = try bytesIfPresent() else { throw CommandError("\(path): no such file") }
        return bytes
    }

    package var exists: Bool { access(path, F_OK) == 0 }

    /// The path from the root, with links resolved. What it names must exist.
    package func absolutePath() throws -> String {
        guard let resolved = realpath(path, nil) else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    package func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }
    package func textIfPresent() throws -> String? { try bytesIfPresent().map { String(decoding: $0, as: UTF8.self) } }

    package func bytesIfPresent() throws -> [UInt8]? {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw CommandError("\(path): can't be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw CommandError("\(path): can't be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Writes the file beside itself and renames it into place, so that no reader sees half of it.
    package func write(_ bytes: some Sequence<UInt8>, mode: mode_t = 0o644) throws {
        let temporary = path + ".\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw CommandError("\(path): can't be written: \(String(cString: strerror(errno)))") }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                let reason = String(cString: strerror(errno))
                close(descriptor)
                unlink(temporary)
                throw CommandError("\(path): can't be written: \(reason)")
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw CommandError("\(path): can't be written: \(reason)")
        }
    }

    package func write(_ text: String, mode: mode_t = 0o644) throws { try write(Array(text.utf8), mode: mode) }

    /// Makes a directory and those above it.
    package static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, mode) != 0, errno != EEXIST {
                throw CommandError("\(path): can't be made: \(String(cString: strerror(errno)))")
            }
        }
    }
}

import Glibc

extension Disk {
    /// The whole file.
    /// - Throws: `FileError`, with `EFBIG` when it is longer than `limit` bytes.
    package func read(_ path: String, upTo limit: Int = 16 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try read(path) { part in
            bytes += part
            if bytes.count > limit { throw FileError(path, "reading", code: EFBIG) }
        }
        return bytes
    }

    /// The file, part by part.
    package func read(_ path: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
        looking(.open(path))
        // A host that puts a pipe where a file was would else hold the agent up for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FileError(path, "opening", code: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, "reading", code: errno) }
            if count == 0 { return }
            try take(buffer[..<count])
        }
    }

    /// The names in a directory, sorted; none when it does not exist.
    package func names(in path: String) throws -> [String] {
        looking(.list(path))
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw FileError(path, "listing", code: errno)
        }
        defer { closedir(directory) }
        return Self.names(directory)
    }

    static func names(_ directory: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// What a symbolic link says; nil when there is none.
    package func target(ofLink path: String) -> String? {
        looking(.readLink(path))
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    package func exists(_ path: String) -> Bool {
        var about = stat()
        return lstat(path, &about) == 0
    }

    package func isDirectory(_ path: String, followingLinks: Bool = true) -> Bool {
        looking(.examine(path))
        var about = stat()
        guard (followingLinks ? stat(path, &about) : lstat(path, &about)) == 0 else { return false }
        return about.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a regular file in bytes; nil when there is none.
    package func size(of path: String) -> Int? {
        looking(.examine(path))
        var about = stat()
        guard lstat(path, &about) == 0, about.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(about.st_size)
    }
}

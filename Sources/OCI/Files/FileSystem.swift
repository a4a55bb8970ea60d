internal import Glibc

/// The few system calls on files that layouts, registries and payloads need, with errors that name the file and say what failed.
package enum FileSystem {
    /// The failure of the last system call.
    package static func failure(_ what: String, _ path: String, number: Int32 = errno) -> OCIError {
        let hint =
            switch number {
            case ENOSPC, EDQUOT: "; free space there"
            case EACCES, EPERM, EROFS: "; check the permissions"
            default: ""
            }
        return OCIError(.storage, "\(path): \(what): \(String(cString: strerror(number)))\(hint)")
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes of a regular file; nil when there is none.
    package static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Makes the directory and those above it.
    package static func makeDirectory(_ path: String) throws(OCIError) {
        if isDirectory(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeDirectory(String(path[..<slash])) }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("can't make the directory", path) }
    }

    package static func read(_ path: String, upTo limit: Int) throws(OCIError) -> [UInt8] {
        let reader = try FileReader(path)
        guard reader.size <= limit else {
            throw OCIError(.tooLarge, "\(path): the file has \(reader.size) bytes, at most \(limit) are read")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reader.size)
        while let part = try reader.next() {
            bytes += part
            guard bytes.count <= limit else { throw OCIError(.tooLarge, "\(path): the file has more than \(limit) bytes") }
        }
        return bytes
    }

    /// Writes the file so that it is either the old one or the new one, also after a crash.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(OCIError) {
        let file = try IncomingFile(in: directory(of: path))
        try file.write(bytes)
        try file.move(to: path)
    }

    package static func remove(_ path: String) throws(OCIError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("can't remove the file", path) }
    }

    /// Names in a directory, without `.` and `..`, in order.
    package static func entries(of path: String) throws(OCIError) -> [String] {
        guard let handle = opendir(path) else { throw failure("can't read the directory", path) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = Glibc.readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a change of names in the directory last.
    package static func synchronize(directory path: String) throws(OCIError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open the directory", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("can't make the directory last", path) }
    }

    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Runs the body while no other process or task does the same on this directory.
    package static func withLock<Result>(on directory: String, _ body: () throws(OCIError) -> Result) throws(OCIError) -> Result {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open the directory", directory) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("can't lock the directory", directory) }
        }
        return try body()
    }
}

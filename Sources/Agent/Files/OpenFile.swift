import Glibc

/// A file or a directory held open for reading: whatever happens to its path, this stays the one that was opened.
///
/// What lies below a directory is opened from it by name, one component at a time, and never through a symbolic link.
package final class OpenFile: Sendable {
    private let descriptor: Int32
    package let path: String
    private let disk: Disk

    init(descriptor: Int32, path: String, disk: Disk) {
        self.descriptor = descriptor
        self.path = path
        self.disk = disk
    }

    deinit { close(descriptor) }

    package func identity() throws -> FileIdentity {
        disk.looking(.examine(path))
        var about = stat()
        guard fstat(descriptor, &about) == 0 else { throw FileError(path, "examining", code: errno) }
        return FileIdentity(about)
    }

    /// The whole content, part by part, from its beginning.
    package func read(_ take: (ArraySlice<UInt8>) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var offset: off_t = 0
        while true {
            disk.looking(.read(path))
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, "reading", code: errno) }
            if count == 0 { return }
            offset += off_t(count)
            try take(buffer[..<count])
        }
    }

    /// Has the kernel write back what was written through mappings: from then on, writing through one changes the change time.
    package func settle() throws {
        disk.looking(.examine(path))
        guard fdatasync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw FileError(path, "syncing", code: errno) }
    }

    /// Changes the permission bits of this very file.
    package func protect(_ mode: UInt32) throws {
        try disk.before(.protect(path))
        guard fchmod(descriptor, mode_t(mode)) == 0 else { throw FileError(path, "changing the mode", code: errno) }
    }

    package func directory(_ name: String) throws -> OpenFile { try open(name, O_DIRECTORY) }

    /// - Throws: `FileError` with `ELOOP` when it is a symbolic link. Does not wait for the other end of a pipe.
    package func file(_ name: String) throws -> OpenFile { try open(name, O_NONBLOCK) }

    private func open(_ name: String, _ flags: Int32) throws -> OpenFile {
        let path = "\(self.path)/\(name)"
        disk.looking(.open(path))
        let found = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags)
        guard found >= 0 else { throw FileError(path, "opening", code: errno) }
        return OpenFile(descriptor: found, path: path, disk: disk)
    }

    /// What the kernel says of an entry, links not followed.
    package func identity(of name: String) throws -> FileIdentity {
        disk.looking(.examine("\(path)/\(name)"))
        var about = stat()
        guard fstatat(descriptor, name, &about, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw FileError("\(path)/\(name)", "examining", code: errno)
        }
        return FileIdentity(about)
    }

    /// What a symbolic link in this directory says; nil when there is none.
    package func target(ofLink name: String) -> String? {
        disk.looking(.readLink("\(path)/\(name)"))
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlinkat(descriptor, name, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The names in this directory, sorted.
    package func names() throws -> [String] {
        disk.looking(.list(path))
        // A description of its own, since reading moves it.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let entries = fdopendir(copy) else {
            let code = errno
            if copy >= 0 { close(copy) }
            throw FileError(path, "listing", code: code)
        }
        defer { closedir(entries) }
        return Disk.names(entries)
    }
}

extension Disk {
    /// Opens a directory for looking into it. The path itself may lead through links: it is the operator's.
    package func openDirectory(_ path: String) throws -> OpenFile { try open(path, O_DIRECTORY) }

    /// Opens a file that this agent wrote: its last component is no link, and nobody else may write to it.
    /// - Throws: `FileError`; with `ELOOP` for a link, with `EPERM` for what can't be a file of this agent alone.
    package func openOwn(_ path: String) throws -> OpenFile {
        let file = try open(path, O_NOFOLLOW | O_NONBLOCK)
        let identity = try file.identity()
        guard identity.isRegular else { throw FileError(path, "opening: it is no regular file: that", code: EPERM) }
        if let objection = identity.objection { throw FileError(path, "opening: \(objection): that", code: EPERM) }
        return file
    }

    private func open(_ path: String, _ flags: Int32) throws -> OpenFile {
        looking(.open(path))
        let found = Glibc.open(path, O_RDONLY | O_CLOEXEC | flags)
        guard found >= 0 else { throw FileError(path, "opening", code: errno) }
        return OpenFile(descriptor: found, path: path, disk: self)
    }

    /// Whether the file systems' clock has gone past a change: whatever happens from now on has a later change time. Before Linux 6.13 they take
    /// it from a clock that ticks every few milliseconds, and two changes within a tick look the same.
    package func isPast(_ changed: Int64) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) > changed
    }
}

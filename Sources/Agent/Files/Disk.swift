import Glibc
package import HostProtocol

/// All changes an agent makes to files, one system call after the other.
///
/// `before` is told each one before it is made. Throwing there is dying there: that is how crash safety is tested. `looking` is told before
/// anything is opened, read or examined: between the two, others may do to the files what they can.
/// Reads and writes here block, for as long as a small file takes.
package struct Disk: Sendable {
    package var before: @Sendable (Change) throws -> Void
    package var looking: @Sendable (Look) -> Void
    /// Is told each step in which a file in memory is made, with its descriptor.
    package var sealing: @Sendable (SealedMemory.Step, Int32) -> Void
    /// Bytes that are free on the file system of a path; nil when that can't be told.
    package var room: @Sendable (String) -> Int?

    package init(
        before: @escaping @Sendable (Change) throws -> Void = { _ in }, looking: @escaping @Sendable (Look) -> Void = { _ in },
        sealing: @escaping @Sendable (SealedMemory.Step, Int32) -> Void = { _, _ in },
        room: @escaping @Sendable (String) -> Int? = Disk.freeBytes
    ) {
        self.before = before
        self.looking = looking
        self.sealing = sealing
        self.room = room
    }

    package static let real = Disk()

    package enum Change: Sendable, Hashable {
        case makeDirectory(String)
        case create(String)
        /// `count` bytes at the end of a file.
        case write(String, count: Int)
        case sync(String)
        case syncDirectory(String)
        case rename(String, to: String)
        case link(String, to: String)
        case truncate(String)
        case remove(String)
        /// The permission bits.
        case protect(String)
    }

    package enum Look: Sendable, Hashable {
        case open(String)
        case examine(String)
        case read(String)
        case readLink(String)
        case list(String)
    }
}

extension Disk {
    /// Creates `path` and the directories above it.
    package func makeDirectories(_ path: String) throws {
        if isDirectory(path) { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeDirectories(String(path[..<slash])) }
        try before(.makeDirectory(path))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw FileError(path, "making the directory", code: errno) }
    }

    /// A new file, open for writing. Throws when there is one already.
    package func create(_ path: String, mode: UInt32 = 0o644) throws -> FileHandle {
        try before(.create(path))
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw FileError(path, "creating", code: errno) }
        return FileHandle(descriptor: descriptor, path: path, disk: self)
    }

    /// A file, open for writing at its end, made when it is absent.
    package func openForAppending(_ path: String) throws -> FileHandle {
        if !exists(path) { try before(.create(path)) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(path, "opening", code: errno) }
        return FileHandle(descriptor: descriptor, path: path, disk: self)
    }

    /// Puts `bytes` at `path`, whole or not at all, also when the power fails.
    package func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o644) throws {
        let temporary = path + ".new"
        try removeIfPresent(temporary)
        do {
            let file = try create(temporary, mode: mode)
            try file.write(bytes)
            try file.sync()
        } catch let error as FileError {
            unlink(temporary)
            throw error
        }
        try rename(temporary, to: path)
        try syncDirectory(parent(of: path))
    }

    package func rename(_ path: String, to target: String) throws {
        try before(.rename(path, to: target))
        guard Glibc.rename(path, target) == 0 else { throw FileError(target, "renaming \(path) to it", code: errno) }
    }

    /// Makes `path` a symbolic link to `target`, replacing what it linked to in one step, also when the power fails.
    package func relink(_ path: String, to target: String) throws {
        let temporary = path + ".new"
        try removeIfPresent(temporary)
        try before(.link(temporary, to: target))
        guard symlink(target, temporary) == 0 else { throw FileError(temporary, "linking", code: errno) }
        try rename(temporary, to: path)
        try syncDirectory(parent(of: path))
    }

    package func syncDirectory(_ path: String) throws {
        try before(.syncDirectory(path))
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path, "opening", code: errno) }
        defer { close(descriptor) }
        // Some file systems can't; they have nothing to lose either.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(path, "syncing", code: errno) }
    }

    package func removeIfPresent(_ path: String) throws {
        var about = stat()
        guard lstat(path, &about) == 0 else { return }
        try before(.remove(path))
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError(path, "removing", code: errno) }
    }

    /// Removes a file, or a directory and all that is in it. Links are removed, never followed.
    package func removeTree(_ path: String) throws {
        guard isDirectory(path, followingLinks: false) else { return try removeIfPresent(path) }
        if access(path, W_OK) != 0 {
            try before(.protect(path))
            chmod(path, 0o755)
        }
        for name in try names(in: path) { try removeTree("\(path)/\(name)") }
        try before(.remove(path))
        guard rmdir(path) == 0 || errno == ENOENT else { throw FileError(path, "removing", code: errno) }
    }

    func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

import CHostSocket
import Glibc
import HostProtocol

/// A socket at a path, where an agent listens for hosts.
///
/// It stands there from one moment to the next, with its rights, in the place of what an agent before it left. The lock beside it keeps another agent
/// from taking it away.
struct ListeningSocket: Sendable {
    let descriptor: Descriptor
    private let lock: FileHandle
    private let path: String
    private let identity: FileIdentity

    /// - Parameter isForOthers: whether other users may connect; who they are is seen when they do.
    /// - Throws: `FileError`, `ConfigurationError`.
    init(_ path: String, isForOthers: Bool, _ disk: Disk) throws {
        self.path = path
        try disk.makeDirectories(disk.parent(of: path))
        lock = try disk.openForAppending("\(path).lock")
        guard lock.lock() else { throw ConfigurationError("\(path) is in use by another agent; give each slot a path of its own") }
        // Nothing that anybody may want back is removed.
        var about = stat()
        if lstat(path, &about) == 0 {
            let kind = about.st_mode & S_IFMT
            guard kind == S_IFSOCK || kind == S_IFLNK || kind == S_IFDIR || about.st_size == 0 else {
                throw ConfigurationError("\(path) is no socket; remove it, or give another path")
            }
            if kind == S_IFDIR { try disk.removeEmptyDirectory(path) }
        }
        let temporary = "\(path).new"
        try disk.removeIfPresent(temporary)
        descriptor = try disk.listen(at: temporary, mode: isForOthers ? 0o666 : 0o600)
        try disk.rename(temporary, to: path)
        guard lstat(path, &about) == 0 else { throw FileError(path, "examining", code: errno) }
        identity = FileIdentity(about)
    }

    /// Why hosts don't find this socket at its path; nil when they do.
    var objection: String? {
        var about = stat()
        guard lstat(path, &about) == 0 else { return "\(path): the socket is gone" }
        return FileIdentity(about).isSameFile(as: identity) ? nil : "\(path): something else stands there than the agent's socket"
    }

    enum Coming: Sendable {
        case connection(PacketSocket)
        case nobody
        case lacksDescriptors
    }

    /// Waits for nobody.
    func accept() -> Coming {
        let number = graft_accept(descriptor.number)
        if number >= 0 { return .connection(PacketSocket(Descriptor(number))) }
        return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) ? .lacksDescriptors : .nobody
    }
}

extension Disk {
    fileprivate func listen(at path: String, mode: UInt32) throws -> Descriptor {
        try before(.create(path))
        let number = graft_listen(path, mode)
        guard number >= 0 else { throw FileError(path, "listening", code: errno) }
        return Descriptor(number)
    }

    fileprivate func removeEmptyDirectory(_ path: String) throws {
        try before(.remove(path))
        guard rmdir(path) == 0 else { throw FileError(path, "removing what stands in the place of the socket", code: errno) }
    }
}

import Glibc

/// What the kernel says of a file or a directory. Found the same again, nobody replaced it, wrote to it, renamed it, linked it elsewhere or
/// changed its rights in between: `changed` is the inode's change time, which no system call sets.
///
/// That holds for what happens later than the tick of the clock in which it was last changed: see `Disk.isPast`.
package struct FileIdentity: Sendable, Hashable {
    package var device: UInt64
    package var inode: UInt64
    /// Kind and permission bits.
    package var mode: UInt32
    package var owner: UInt32
    package var size: Int
    /// Nanoseconds since 1970, by the system's clock.
    package var changed: Int64

    init(_ about: stat) {
        device = UInt64(about.st_dev)
        inode = UInt64(about.st_ino)
        mode = UInt32(about.st_mode)
        owner = UInt32(about.st_uid)
        size = Int(about.st_size)
        changed = Int64(about.st_ctim.tv_sec) * 1_000_000_000 + Int64(about.st_ctim.tv_nsec)
    }

    var isRegular: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
    var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
    var permissions: UInt32 { mode & 0o7777 }

    /// Why it can't be a file or directory that this process alone writes; nil when it can.
    var objection: String? {
        guard isRegular || isDirectory else { return "it is neither a file nor a directory" }
        guard owner == geteuid() else { return "it belongs to user \(owner), not to this agent's, \(geteuid())" }
        guard mode & 0o022 == 0 else { return "others may write to it (mode \(String(permissions, radix: 8)))" }
        return nil
    }

    /// Whether it is the same file, changed or not.
    func isSameFile(as other: FileIdentity) -> Bool { device == other.device && inode == other.inode }
}

import Glibc

extension Disk {
    /// Bytes that are free for this agent on the file system of `path`; nil when that can't be told.
    package static func freeBytes(at path: String) -> Int? {
        var about = statvfs()
        guard statvfs(path, &about) == 0 else { return nil }
        let (bytes, overflow) = UInt64(about.f_bavail).multipliedReportingOverflow(by: UInt64(about.f_frsize))
        return overflow ? .max : Int(clamping: bytes)
    }

    /// Refuses before anything is written what would not fit: a disk that is full harms more than the module that filled it.
    /// - Throws: `SlotFailure` with reason `DiskFull`.
    func checkRoom(for bytes: Int, of what: String, at path: String) throws {
        guard bytes > 0, let free = room(path), free < bytes else { return }
        throw SlotFailure(
            .environment, SlotFailure.diskFull,
            "\(path): \(what) needs \(bytes) bytes, \(free) are free on that file system; free some space, nothing was changed")
    }
}

extension SlotFailure {
    /// The reason of a failure for lack of space.
    package static let diskFull = "DiskFull"
}

internal import Glibc

/// The sockets and handles that libcurl holds for one client. Lives on the loop's thread alone, as long as the multi handle.
final class SocketLedger {
    /// Sockets by number, told apart by inode: libcurl closes one that never got its connection without a word.
    private(set) var sockets: [Int32: UInt] = [:]
    private(set) var opened = 0
    private(set) var handles = 0

    func socketOpened(_ descriptor: Int32) {
        sockets[descriptor] = Self.inode(of: descriptor)
        opened += 1
    }

    func socketClosed(_ descriptor: Int32) { sockets[descriptor] = nil }
    func handleMade() { handles += 1 }
    func handleFreed() { handles -= 1 }

    /// How many of the sockets are still there.
    static func count(_ sockets: [Int32: UInt]) -> Int { sockets.count { inode(of: $0.key) == $0.value } }

    private static func inode(of descriptor: Int32) -> UInt? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt(status.st_ino) : nil
    }
}

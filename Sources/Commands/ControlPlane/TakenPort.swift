import Glibc
import ProgramOptions

/// Finds out that a port is taken before anything is started, and says which option chooses another.
enum TakenPort {
    /// - Parameter address: of IPv4.
    /// - Throws: `CommandError` when another program listens there. Whatever else is wrong shows when the server listens.
    static func check(_ address: String, _ port: Int, option: String) throws {
        guard port != 0 else { return }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // As the server does: connections that are just ending do not hold a port.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        let code = withUnsafeBytes(of: &name) { bytes in
            bind(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        if code != 0, errno == EADDRINUSE {
            throw CommandError("port \(port) on \(address) is taken by another program; choose another with \(option), or 0 for any")
        }
    }
}

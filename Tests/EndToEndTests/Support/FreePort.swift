import Glibc

/// For programs that can't be asked for any port.
enum FreePort {
    /// A port on loopback where nothing listened a moment ago.
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFailure("socket") }
        defer { close(descriptor) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutableBytes(of: &name) { bytes in
            let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return bind(descriptor, address, length) == 0 ? getsockname(descriptor, address!, &length) : -1
        }
        guard code == 0 else { throw SystemFailure("a free port") }
        return Int(UInt16(bigEndian: name.sin_port))
    }
}

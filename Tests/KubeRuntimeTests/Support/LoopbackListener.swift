import Glibc

/// A free port of the loopback address, and a thread that takes connections to it.
struct LoopbackListener: Sendable {
    let port: Int
    private let listener: Int32

    init() {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, size)
                _ = getsockname(socket, $0, &size)
            }
        }
        listen(socket, 64)
        listener = socket
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Takes connections on a thread of its own, until `stop`.
    /// - Parameter take: gets the descriptor of a connection, which is its to close; may not block.
    func run(_ take: @escaping @Sendable (Int32) -> Void) {
        let listener = listener
        onThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    close(listener)
                    return
                }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                take(client)
            }
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

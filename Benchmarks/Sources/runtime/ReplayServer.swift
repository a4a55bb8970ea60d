import Glibc

/// Serves a made-up collection of objects, and a watch that sends events at a steady rate: an API server can't write as many.
///
/// HTTP/1.1 without TLS on a free port of the loopback address, a thread for each connection. The address is the first line printed.
struct ReplayServer {
    /// Events go round these objects.
    var objects: Int
    /// Events a second.
    var rate: Int

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure("127.0.0.1 can't be bound: \(String(cString: strerror(errno)))") }
        print("http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
        fflush(nil)
        let collection = try ReplayedCollection(objects: objects)
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { continue }
            var on: Int32 = 1
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            let connection = Unmanaged.passRetained(ReplayConnection(socket: socket, collection: collection, rate: rate))
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                {
                    Unmanaged<ReplayConnection>.fromOpaque($0!).takeRetainedValue().serve()
                    return nil
                }, connection.toOpaque())
            pthread_detach(thread)
        }
    }
}

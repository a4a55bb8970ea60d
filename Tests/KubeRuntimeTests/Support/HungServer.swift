import Glibc
import KubeRuntime
import Synchronization

/// A server that takes requests and never answers, and notes when their connections are closed.
final class HungServer: Sendable {
    let port: Int
    private let listener: Int32
    private let state = Mutex((requests: [String](), closed: [Duration]()))

    init() {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
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
        onThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    close(listener)
                    return
                }
                onThread { [self] in serve(client) }
            }
        }
    }

    var address: String { "http://127.0.0.1:\(port)" }
    /// The first line of each request.
    var requests: [String] { state.withLock { $0.requests } }
    /// When connections with a request were closed by the other side, by the monotonic clock.
    var closed: [Duration] { state.withLock { $0.closed } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        var bytes: [UInt8] = []
        var isWhole = false
        while true {
            var byte: UInt8 = 0
            guard recv(client, &byte, 1, 0) > 0 else { break }
            guard !isWhole else { continue }
            bytes.append(byte)
            isWhole = bytes.suffix(4).elementsEqual("\r\n\r\n".utf8)
            if isWhole { state.withLock { $0.requests.append(String(decoding: bytes.prefix { $0 != 0x0D }, as: UTF8.self)) } }
        }
        let now = Surroundings.system.now()
        if isWhole { state.withLock { $0.closed.append(now) } }
        close(client)
    }
}

import Glibc
import Synchronization

/// An HTTP proxy that makes tunnels. Wherever they are asked to lead, they lead to one port on loopback.
final class TunnelProxy: Sendable {
    let server: RawServer
    private let seen: Heads

    private final class Heads: Sendable {
        let heads = Mutex<[String]>([])
    }

    /// - Parameter credentials: what `Proxy-Authorization` must say; nil asks for none.
    init(to port: Int, credentials: String? = nil) {
        let seen = Heads()
        self.seen = seen
        server = RawServer { connection in
            guard let head = connection.readHead() else { return }
            seen.heads.withLock { $0.append(head) }
            if let credentials, !head.contains("\r\nProxy-Authorization: \(credentials)\r\n") {
                connection.send(
                    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n")
                return
            }
            guard head.hasPrefix("CONNECT "), let target = RawConnection(to: port) else { return }
            connection.send("HTTP/1.1 200 Connection established\r\n\r\n")
            spawn {
                target.relay(to: connection)
                connection.hangUp()
            }
            connection.relay(to: target)
            target.hangUp()
        }
    }

    /// What came in before the tunnels.
    var heads: [String] { seen.heads.withLock { $0 } }
}

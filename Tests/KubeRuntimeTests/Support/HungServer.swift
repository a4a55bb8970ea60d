import Glibc
import KubeRuntime
import Synchronization

/// A server that takes requests and never answers, and notes when their connections are closed.
final class HungServer: Sendable {
    var port: Int { listener.port }
    private let listener = LoopbackListener()
    private let state = Mutex((requests: [String](), closed: [Duration]()))

    init() { listener.run { [self] client in onThread { [self] in serve(client) } } }

    var address: String { "http://127.0.0.1:\(port)" }
    /// The first line of each request.
    var requests: [String] { state.withLock { $0.requests } }
    /// When connections with a request were closed by the other side, by the monotonic clock.
    var closed: [Duration] { state.withLock { $0.closed } }

    func stop() { listener.stop() }

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

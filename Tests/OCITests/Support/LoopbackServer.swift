import Glibc
import Synchronization

/// A real server on loopback that does exactly what a test tells it to, however wrong: plain sockets, one thread a connection.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// With its query.
        var path: String
        /// Names are lower case.
        var fields: [String: String]
        var body: [UInt8]

        var line: String { "\(method) \(path)" }
        /// The first byte of the range that is asked for.
        var rangeStart: Int? { fields["range"].flatMap { Int($0.dropFirst(6).prefix { $0 != "-" }) } }
    }

    let port: Int
    private let listener: Int32
    private let open = Mutex<[Int32: Connection]>([:])
    private let requests = Mutex<[Request]>([])

    /// - Parameter serve: called for each request; the connection is used again unless it closes it. `/v2/` alone is answered here.
    init(_ serve: @escaping @Sendable (Request, Connection) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = Self.bindLoopback(listener)
        listen(listener, 64)
        thread { [self] in
            while true {
                let descriptor = accept4(listener)
                guard descriptor >= 0 else {
                    // Closed here and nowhere else: a number that is free again could be another server's by now.
                    close(listener)
                    return
                }
                let connection = Connection(descriptor)
                open.withLock { $0[descriptor] = connection }
                thread { [self] in
                    converse(connection, serve)
                    open.withLock { $0[descriptor] = nil }
                    connection.close()
                }
            }
        }
    }

    var authority: String { "127.0.0.1:\(port)" }
    /// What was asked, but for `/v2/` alone.
    var seen: [Request] { requests.withLock { $0 } }
    var lines: [String] { seen.map(\.line) }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in open.withLock({ Array($0.values) }) { connection.hangUp() }
    }

    private func converse(_ connection: Connection, _ serve: (Request, Connection) -> Void) {
        while let request = connection.readRequest() {
            if request.path == "/v2/" {
                connection.answer(200)
                continue
            }
            requests.withLock { $0.append(request) }
            serve(request, connection)
        }
    }

    private func accept4(_ listener: Int32) -> Int32 {
        let descriptor = accept(listener, nil, nil)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }

    private static func bindLoopback(_ descriptor: Int32) -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &size)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension LoopbackServer {
    /// One connection. Reads give up after 30 seconds.
    final class Connection: Sendable {
        private let descriptor: Int32
        private let isClosed = Mutex(false)
        private let sentBytes = Mutex(0)

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
            var limit = timeval(tv_sec: 30, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        /// Bytes that the peer's system has taken.
        var sent: Int { sentBytes.withLock { $0 } }

        /// Head and body; nil when the peer closed, or speaks TLS.
        fileprivate func readRequest() -> Request? {
            var bytes: [UInt8] = []
            while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                guard let byte = read(1).first, byte != 0x16 else { return nil }
                bytes.append(byte)
            }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
            let words = lines.first?.split(separator: " ") ?? []
            guard words.count == 3 else { return nil }
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                let pair = line.split(separator: ":", maxSplits: 1)
                if pair.count == 2 { fields[pair[0].lowercased()] = String(pair[1].drop { $0 == " " }) }
            }
            let length = fields["content-length"].flatMap { Int($0) } ?? 0
            return Request(method: String(words[0]), path: String(words[1]), fields: fields, body: read(length))
        }

        /// Fewer bytes when the peer closed.
        private func read(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count {
                let part = [UInt8](unsafeUninitializedCapacity: min(count - bytes.count, 64 << 10)) { buffer, filled in
                    filled = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
                }
                if part.isEmpty { break }
                bytes += part
            }
            return bytes
        }

        /// An answer with the length of its body, unless the fields say another.
        func answer(_ status: Int, _ fields: [(String, String)] = [], _ body: [UInt8] = []) {
            var all = fields
            if !fields.contains(where: { $0.0 == "Content-Length" || $0.0 == "Transfer-Encoding" }) {
                all.append(("Content-Length", "\(body.count)"))
            }
            head(status, all)
            send(body)
        }

        func answer(_ status: Int, _ fields: [(String, String)] = [], text: String) { answer(status, fields, Array(text.utf8)) }

        func head(_ status: Int, _ fields: [(String, String)]) {
            send(Array(("HTTP/1.1 \(status) x\r\n" + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n").utf8))
        }

        /// False when the peer has gone.
        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                sentBytes.withLock { $0 += count }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Ends both directions; what was sent before still arrives.
        func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

        fileprivate func close() {
            isClosed.withLock { isClosed in
                if !isClosed { Glibc.close(descriptor) }
                isClosed = true
            }
        }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func thread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Work(body)).toOpaque())
    pthread_detach(thread)
}

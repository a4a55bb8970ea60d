import Glibc
import Synchronization

/// A server of plain sockets that does exactly what a test tells it to, however wrong: one thread a connection.
final class RawServer: Sendable {
    let port: Int
    private let listener: Int32
    /// By number: a descriptor may be another connection's as soon as it is closed.
    private let open = Mutex<[Int: RawConnection]>([:])
    private let total = Mutex(0)

    /// - Parameter path: a Unix socket instead of loopback.
    init(path: String? = nil, _ serve: @escaping @Sendable (RawConnection) -> Void) {
        listener = socket(path == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if let path { bindUnix(listener, path) } else { bindLoopback(listener) }
        listen(listener, 64)
        port = path == nil ? localPort(of: listener) : 0
        spawn { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    // Closed here and nowhere else: a number that is free again could be another server's by now.
                    Glibc.close(listener)
                    return
                }
                let connection = RawConnection(descriptor)
                let number = total.withLock { total in
                    total += 1
                    return total
                }
                open.withLock { $0[number] = connection }
                spawn { [self] in
                    serve(connection)
                    connection.close()
                    open.withLock { $0[number] = nil }
                }
            }
        }
    }

    var authority: String { "127.0.0.1:\(port)" }
    /// Connections taken so far.
    var accepted: Int { total.withLock { $0 } }
    /// Connections that are not closed from this side.
    var running: Int { open.withLock { $0.count } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in open.withLock({ Array($0.values) }) { connection.hangUp() }
    }
}

/// One connection of a `RawServer`. Reads give up after 90 seconds.
final class RawConnection: Sendable {
    private let descriptor: Int32
    private let isClosed = Mutex(false)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 90, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// A connection to the port on loopback; nil when nothing listens there.
    convenience init?(to port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            return nil
        }
        self.init(descriptor)
    }

    /// Passes on what comes until either end closes.
    func relay(to other: RawConnection) {
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &part, part.count, 0)
            guard count > 0, other.send(Array(part[..<count])) else { return }
        }
    }

    /// Drops everything that arrives, before TCP sees it: from now on nothing is acknowledged, as when the machine is gone.
    func goSilent() {
        struct Instruction {
            var code: UInt16
            var ifTrue: UInt8 = 0
            var ifFalse: UInt8 = 0
            var value: UInt32
        }
        struct Program {
            var count: UInt16
            var instructions: UnsafeMutablePointer<Instruction>
        }
        // Classic BPF: return 0, the number of bytes to keep.
        var dropAll = Instruction(code: 0x06, value: 0)
        withUnsafeMutablePointer(to: &dropAll) { instructions in
            var program = Program(count: 1, instructions: instructions)
            setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<Program>.size))
        }
    }

    /// The request's head, up to and with its empty line; nil when the peer closed.
    func readHead() -> String? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let byte = read(1).first else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Fewer bytes when the peer closed.
    func read(_ count: Int) -> [UInt8] {
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

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// True when the peer closed within the time for reads.
    func waitForClose() -> Bool {
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
            if count < 0 { return false }
        }
    }

    /// Closes with a reset instead of an orderly end.
    func reset() {
        var lingering = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func hangUp() { isClosed.withLock { if !$0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } } }

    func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }
    }
}

func bindLoopback(_ descriptor: Int32) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}

func localPort(of descriptor: Int32, peer: Bool = false) -> Int {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            peer ? getpeername(descriptor, $0, &size) : getsockname(descriptor, $0, &size)
        }
    }
    return result == 0 && address.sin_family == sa_family_t(AF_INET) ? Int(UInt16(bigEndian: address.sin_port)) : 0
}

private func bindUnix(_ descriptor: Int32, _ path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

func spawn(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Work(body)).toOpaque())
    pthread_detach(thread)
}

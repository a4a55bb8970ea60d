internal import CLibCurl
internal import Glibc
internal import HTTPCore

// libcurl calls these on the loop's thread, from within perform, pause and remove. The context is the transfer, which outlives its handle.

extension Transfer {
    func setCallbacks(_ handle: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        graft_set_header_callback(handle, { Transfer.of($3).takeLine($0!, $1 * $2) }, context)
        graft_set_write_callback(handle, { Transfer.of($3).takeBody($0!, $1 * $2) }, context)
        graft_set_read_callback(handle, { Transfer.of($3).giveBody($0!, $1 * $2) }, { Transfer.of($0).seek($1, $2) }, context)
        graft_set_ready_callback(
            handle,
            { context, _, _, _, _ in
                Transfer.of(context).connected()
                return Int32(CURL_PREREQFUNC_OK)
            }, context)
        graft_set_socket_callback(handle, { _, socket, _ in prepare(socket) }, nil)
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    private func connected() {
        switch request.body {
        case .none: enter(.awaitingHead)
        case .bytes(let bytes): enter(bytes.isEmpty ? .awaitingHead : .sending)
        case .stream(let length): enter(length == 0 ? .awaitingHead : .sending)
        }
    }

    /// Anything but `count` makes libcurl give the transfer up.
    private func takeLine(_ line: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        let step = line.withMemoryRebound(to: UInt8.self, capacity: count) { head.take(UnsafeBufferPointer(start: $0, count: count)) }
        switch step {
        case .more: progress()
        case .head(let head):
            enter(.receiving)
            exchange.receive(head)
        case .tooLong:
            exchange.end(
                .failed(
                    TransportError(
                        .tooLarge, "\(request.target.address): the head of the response is longer than \(ResponseHeadParser.limit) bytes")))
            return 0
        case .malformed:
            exchange.end(.failed(TransportError(.malformed, "\(request.target.address): the answer is not HTTP")))
            return 0
        }
        return count
    }

    private func takeBody(_ bytes: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        guard count > 0 else { return 0 }
        progress()
        let taken = bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            exchange.receive(UnsafeBufferPointer(start: $0, count: count))
        }
        isReceivingPaused = !taken
        return taken ? count : Int(CURL_WRITEFUNC_PAUSE)
    }

    private func giveBody(_ target: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        target.withMemoryRebound(to: UInt8.self, capacity: room) { bytes in
            switch request.body {
            case .none: 0
            case .bytes(let source): give(source, into: bytes, room)
            case .stream: giveStream(into: UnsafeMutableBufferPointer(start: bytes, count: room))
            }
        }
    }

    private func give(_ source: [UInt8], into target: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
        let count = min(room, source.count - sent)
        guard count > 0 else { return 0 }
        source.withUnsafeBufferPointer { target.update(from: $0.baseAddress! + sent, count: count) }
        sent += count
        if sent == source.count { enter(.awaitingHead) } else { progress() }
        return count
    }

    private func giveStream(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard case .stream(let length) = request.body else { return 0 }
        switch exchange.read(into: target) {
        case .bytes(let count):
            sent += count
            if sent == length { enter(.awaitingHead) } else { progress() }
            return count
        case .paused:
            isSendingPaused = true
            return Int(CURL_READFUNC_PAUSE)
        case .ended: return 0
        case .short(let sent):
            exchange.end(
                .failed(
                    TransportError(
                        .unsupported, "\(request.target.address): the request body ended after \(sent) of the \(length) bytes announced")))
            return Int(CURL_READFUNC_ABORT)
        }
    }

    /// libcurl starts a body anew when a kept connection was closed under it.
    private func seek(_ offset: curl_off_t, _ origin: Int32) -> Int32 {
        guard origin == SEEK_SET, offset >= 0 else { return CURL_SEEKFUNC_CANTSEEK }
        switch request.body {
        case .none: return CURL_SEEKFUNC_OK
        case .bytes(let bytes):
            guard offset <= bytes.count else { return CURL_SEEKFUNC_FAIL }
            sent = Int(offset)
            return CURL_SEEKFUNC_OK
        case .stream: return offset == sent ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK
        }
    }
}

/// Children must not inherit the socket; a peer that vanished must be noticed within a minute even when nothing is sent.
private func prepare(_ socket: Int32) -> Int32 {
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // Fails on Unix sockets, which have no TCP options and need none.
        _ = setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 20)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 45_000)
    return CURL_SOCKOPT_OK
}

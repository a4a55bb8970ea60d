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
        graft_set_socket_callbacks(
            handle, { context, _, address in Transfer.of(context).openSocket(address!) }, context,
            { ledger, socket in
                Unmanaged<SocketLedger>.fromOpaque(ledger!).takeUnretainedValue().socketClosed(socket)
                return Glibc.close(socket)
            }, Unmanaged.passUnretained(ledger).toOpaque())
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    private func connected() {
        onConnection?(self)
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
        case .head(let response):
            enter(.receiving)
            if head.isHTTP1 { onHTTP1?(self) }
            exchange.receive(response)
        case .tooLong:
            exchange.end(
                .failed(
                    TransportError(
                        .tooLarge, "\(request.target.address): the head of the response is longer than \(ResponseHeadParser.limit) bytes")))
            forbidReuse()
            return 0
        case .malformed:
            forbidReuse()
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
            forbidReuse()
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

extension Transfer {
    /// Children must not inherit it, not even one that is forked at this moment by another thread.
    private func openSocket(_ place: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        let address = place.pointee
        if let mayConnect, let bytes = Self.bytes(of: place), !mayConnect(bytes) {
            forbidden = bytes
            return CURL_SOCKET_BAD
        }
        let descriptor = socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.`protocol`)
        guard descriptor >= 0 else { return CURL_SOCKET_BAD }
        if address.family == AF_INET || address.family == AF_INET6 { check(descriptor, peerCheck) }
        socketOpened(descriptor)
        return descriptor
    }

    /// In network order; nil for what is no Internet address. Those of IPv6 are longer than the type that the structure ends with.
    private static func bytes(of place: UnsafePointer<curl_sockaddr>) -> [UInt8]? {
        guard let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let raw = UnsafeRawPointer(place) + start
        switch (place.pointee.family, Int(place.pointee.addrlen)) {
        case (AF_INET, MemoryLayout<sockaddr_in>.size...):
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case (AF_INET6, MemoryLayout<sockaddr_in6>.size...):
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        default: return nil
        }
    }

    /// A peer that vanished must be noticed even when nothing is sent.
    private func check(_ socket: Int32, _ check: HTTPClient.PeerCheck) {
        func set(_ level: Int32, _ option: Int32, _ value: Int) {
            var value = Int32(clamping: value)
            _ = setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        func seconds(_ duration: Duration) -> Int { max(1, duration.wholeMilliseconds / 1000) }
        let (after, interval, timeout) = (seconds(check.after), seconds(check.interval), seconds(check.timeout))
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, after)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, interval)
        // Linux counts questions only where there is no user timeout.
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, max(1, (timeout - after + interval - 1) / interval))
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, check.timeout.wholeMilliseconds)
    }
}

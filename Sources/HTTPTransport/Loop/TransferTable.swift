internal import CLibCurl
internal import HTTPCore

/// All transfers of a loop and the queues before busy hosts. Lives on the loop's thread alone.
final class TransferTable {
    let multi: UnsafeMutableRawPointer
    let configuration: HTTPClient.Configuration
    let ledger: SocketLedger
    private let deadlines = Deadlines()
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var byHandle: [UnsafeMutableRawPointer: Transfer] = [:]
    private var origins: [String: OriginQueue<Transfer>] = [:]
    /// Origins whose queue may move.
    private var stirred: Set<String> = []
    /// Over HTTP/2, what is on each connection, and the connections on which a reset waits to be written.
    private var sharing: [UInt: [Transfer]] = [:]
    private var unwritten: [UInt: Int] = [:]
    private let limit: Int

    init(_ multi: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration, _ ledger: SocketLedger) {
        self.multi = multi
        self.configuration = configuration
        self.ledger = ledger
        limit = configuration.maxConnectionsPerHost.map { max(1, $0) } ?? .max
        if limit != .max { graft_limit_connections(multi, limit) }
    }

    /// All but the count of connections.
    var activity: HTTPClient.Activity {
        var activity = HTTPClient.Activity()
        activity.queued = origins.values.reduce(0) { $0 + $1.waiting.count }
        activity.running = transfers.count - activity.queued
        activity.connectionsOpened = ledger.opened
        activity.handles = ledger.handles
        return activity
    }

    func obey(_ command: CurlLoop.Command) {
        switch command {
        case .start(let exchange): start(exchange)
        case .resume(let exchange): transfers[ObjectIdentifier(exchange)]?.resume()
        case .remove(let exchange):
            if let transfer = transfers[ObjectIdentifier(exchange)] { remove(transfer) } else { exchange.remove() }
        }
    }

    /// Moves what can be moved, ends what is over or late, and starts what may start.
    func perform() {
        admit()
        writeResets()
        var running: Int32 = 0
        let result = curl_multi_perform(multi, &running)
        guard result == CURLM_OK else {
            return removeAll(TransportError(.closed, "libcurl's loop failed: \(String(cString: curl_multi_strerror(result)))"))
        }
        collect()
        expire(.now)
        admit()
        writeResets()
    }

    /// Waits until there is more to do.
    func sleep() {
        let now = ContinuousClock.now
        let timeout = deadlines.next.map { min(max(Duration.zero, now.duration(to: $0)).wholeMilliseconds + 1, 60_000) } ?? 60_000
        curl_multi_poll(multi, nil, 0, Int32(timeout), nil)
    }

    func removeAll() { removeAll(TransportError(.closed, "the HTTP client was shut down")) }

    private func removeAll(_ error: TransportError) {
        for transfer in transfers.values {
            transfer.exchange.end(.failed(error))
            remove(transfer)
        }
        (origins, stirred, sharing, unwritten) = ([:], [], [:], [:])
    }

    // MARK: Beginning

    private func start(_ exchange: Exchange) {
        let transfer = Transfer(exchange, deadlines: deadlines, ledger: ledger, now: .now)
        transfers[ObjectIdentifier(exchange)] = transfer
        let target = exchange.request.target
        let isShared = configuration.version == .http2 && target.scheme == "https"
        origins[target.origin, default: OriginQueue(limit: limit, isShared: isShared)].enqueue(transfer)
        stirred.insert(target.origin)
    }

    /// Lets those go whose turn it is.
    private func admit() {
        while let origin = stirred.popFirst() {
            while let transfer = origins[origin]?.next() {
                launch(transfer, mayWaitForStream: origins[origin]?.isAtLimit ?? false)
            }
            if origins[origin]?.isIdle == true { origins[origin] = nil }
        }
    }

    private func launch(_ transfer: Transfer, mayWaitForStream: Bool) {
        guard let handle = transfer.open(mayWaitForStream: mayWaitForStream, now: .now) else {
            return abandon(transfer, TransportError(.unreachable, "libcurl has no memory for another transfer"))
        }
        do {
            try transfer.configure(handle, configuration)
        } catch {
            return abandon(transfer, error)
        }
        transfer.onConnection = { [unowned self] transfer in self.connected(transfer) }
        transfer.onHTTP1 = { [unowned self] transfer in
            self.origins[transfer.request.target.origin]?.isNotShared()
            self.stirred.insert(transfer.request.target.origin)
        }
        byHandle[handle] = transfer
        curl_multi_add_handle(multi, handle)
    }

    private func abandon(_ transfer: Transfer, _ error: any Error) {
        transfer.exchange.end(.failed(error))
        remove(transfer)
    }

    /// Called from within libcurl: notes it, and no more.
    private func connected(_ transfer: Transfer) {
        guard let handle = transfer.handle else { return }
        let connection = UInt(bitPattern: graft_tls_session(handle))
        let origin = transfer.request.target.origin
        if let old = transfer.connection {
            guard old != connection else { return }
            origins[origin]?.moved(from: old, to: connection)
            leaveConnection(transfer)
        } else {
            origins[origin]?.connected(on: connection)
        }
        stirred.insert(origin)
        transfer.connection = connection
        // Plain connections are never shared.
        if configuration.version == .http2, connection != 0 { sharing[connection, default: []].append(transfer) }
    }

    private func leaveConnection(_ transfer: Transfer) {
        guard let connection = transfer.connection, var others = sharing[connection] else { return }
        others.removeAll { $0 === transfer }
        sharing[connection] = others.isEmpty ? nil : others
    }

    // MARK: Ending

    private func remove(_ transfer: Transfer) {
        let exchange = transfer.exchange
        let origin = exchange.request.target.origin
        guard transfers.removeValue(forKey: ObjectIdentifier(exchange)) != nil else { return exchange.remove() }
        if transfer.phase == .queued { origins[origin]?.gaveUp(transfer) } else { origins[origin]?.left(transfer.connection) }
        stirred.insert(origin)
        leaveConnection(transfer)
        if let handle = transfer.handle {
            if byHandle.removeValue(forKey: handle) != nil { leave(transfer, handle) }
            transfer.close()
        }
        exchange.remove()
    }

    /// Takes an unfinished transfer out. Under HTTP/1.1 that closes its connection. Under HTTP/2 libcurl puts a reset of the stream into its
    /// buffer and does not write it: when no other stream is left the connection closes, else `writeResets` sees to it.
    private func leave(_ transfer: Transfer, _ handle: UnsafeMutableRawPointer) {
        if configuration.version == .http2 {
            transfer.forbidReuse()
            noteReset(of: transfer)
        }
        curl_multi_remove_handle(multi, handle)
    }

    private func noteReset(of transfer: Transfer) {
        if let connection = transfer.connection, sharing[connection] != nil { unwritten[connection] = Self.attempts }
    }

    /// Any transfer on a connection makes libcurl write what waits there. Not one whose reader is behind: letting it go on for a moment
    /// would let its server send another 32 MiB. Where all are behind, the reset goes out with the first that is read from again, or with
    /// the next request.
    ///
    /// More than once: what libcurl has in its input buffer for a stream that is gone may keep it from writing at the first attempt.
    private func writeResets() {
        for (connection, left) in unwritten {
            unwritten[connection] = left > 1 ? left - 1 : nil
            sharing[connection]?.first { !$0.isReceivingPaused }?.nudge()
        }
    }

    private static let attempts = 3

    /// Ends what libcurl reports as done.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle, let transfer = byHandle[handle] else {
                continue
            }
            // The message is gone with the handle.
            let result = graft_message_result(message)
            transfer.exchange.end(transfer.ending(result, configuration))
            byHandle[handle] = nil
            curl_multi_remove_handle(multi, handle)
            remove(transfer)
            if result != CURLE_OK, configuration.version == .http2 { noteReset(of: transfer) }
        }
    }

    /// Looks at all deadlines, but only when the earliest noted may have passed.
    private func expire(_ now: ContinuousClock.Instant) {
        guard let next = deadlines.next, next <= now else { return }
        deadlines.clear()
        for transfer in transfers.values {
            guard let deadline = transfer.nextDeadline else { continue }
            guard deadline.at <= now else {
                deadlines.note(deadline.at)
                continue
            }
            transfer.exchange.end(transfer.timeout(deadline.limit, configuration))
            remove(transfer)
        }
    }
}

internal import CLibCurl
internal import HTTPCore

/// All transfers of a loop and the queues before busy hosts. Lives on the loop's thread alone.
final class TransferTable {
    private struct Queue {
        var running = 0
        var waiting: [Transfer] = []
    }

    private let multi: UnsafeMutableRawPointer
    private let configuration: HTTPClient.Configuration
    private let deadlines = Deadlines()
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var byHandle: [UnsafeMutableRawPointer: Transfer] = [:]
    private var queues: [String: Queue] = [:]
    /// Requests to one host at a time.
    private let limit: Int

    /// Streams that servers commonly allow on one HTTP/2 connection.
    private static let streamsPerConnection = 100

    init(_ multi: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration) {
        self.multi = multi
        self.configuration = configuration
        let connections = configuration.maxConnectionsPerHost.map { max(1, $0) }
        switch configuration.version {
        case .http1: limit = connections ?? .max
        case .http2: limit = connections.map { $0 * Self.streamsPerConnection } ?? .max
        }
        if let connections { graft_limit_connections(multi, connections) }
    }

    func obey(_ command: CurlLoop.Command) {
        switch command {
        case .start(let exchange): start(exchange)
        case .resume(let exchange): transfers[ObjectIdentifier(exchange)]?.resume()
        case .remove(let exchange):
            if let transfer = transfers[ObjectIdentifier(exchange)] { remove(transfer) } else { exchange.remove() }
        }
    }

    /// Moves what can be moved, ends what is over or late, and sleeps until there is more to do.
    func perform() {
        var running: Int32 = 0
        let result = curl_multi_perform(multi, &running)
        guard result == CURLM_OK else {
            return removeAll(TransportError(.closed, "libcurl's loop failed: \(String(cString: curl_multi_strerror(result)))"))
        }
        collect()
        let now = ContinuousClock.now
        expire(now)
        let timeout = deadlines.next.map { min((now.duration(to: $0)).wholeMilliseconds + 1, 60_000) } ?? 60_000
        curl_multi_poll(multi, nil, 0, Int32(timeout), nil)
    }

    func removeAll() { removeAll(TransportError(.closed, "the HTTP client was shut down")) }

    private func removeAll(_ error: TransportError) {
        for transfer in transfers.values {
            transfer.exchange.end(.failed(error))
            remove(transfer, startsNext: false)
        }
        queues = [:]
    }

    private func start(_ exchange: Exchange) {
        let transfer = Transfer(exchange, deadlines: deadlines, now: .now)
        transfers[ObjectIdentifier(exchange)] = transfer
        let origin = exchange.request.target.origin
        if queues[origin, default: Queue()].running < limit {
            launch(transfer)
        } else {
            queues[origin]!.waiting.append(transfer)
        }
    }

    private func launch(_ transfer: Transfer) {
        queues[transfer.request.target.origin, default: Queue()].running += 1
        guard let handle = transfer.open() else {
            return abandon(transfer, TransportError(.unreachable, "libcurl has no memory for another transfer"))
        }
        do {
            try transfer.configure(handle, configuration)
        } catch {
            return abandon(transfer, error)
        }
        byHandle[handle] = transfer
        curl_multi_add_handle(multi, handle)
    }

    private func abandon(_ transfer: Transfer, _ error: any Error) {
        transfer.exchange.end(.failed(error))
        remove(transfer)
    }

    private func remove(_ transfer: Transfer, startsNext: Bool = true) {
        let exchange = transfer.exchange
        transfers[ObjectIdentifier(exchange)] = nil
        if let handle = transfer.handle {
            if byHandle.removeValue(forKey: handle) != nil { leave(handle) }
            transfer.close()
        }
        let origin = exchange.request.target.origin
        if case .queued = transfer.phase {
            queues[origin]?.waiting.removeAll { $0 === transfer }
        } else {
            queues[origin]?.running -= 1
        }
        exchange.remove()
        if startsNext { startNext(at: origin) }
    }

    /// Under HTTP/1.1 an unfinished transfer's connection is closed. Under HTTP/2 the reset of its stream is only queued: the connection
    /// closes when no other stream lives on it, and else the others are nudged so that libcurl writes.
    private func leave(_ handle: UnsafeMutableRawPointer) {
        guard configuration.version == .http2 else {
            curl_multi_remove_handle(multi, handle)
            return
        }
        _ = graft_set_long(handle, CURLOPT_FORBID_REUSE, 1)
        curl_multi_remove_handle(multi, handle)
        for transfer in byHandle.values where !transfer.isReceivingPaused { transfer.nudge() }
    }

    private func startNext(at origin: String) {
        while let queue = queues[origin], !queue.waiting.isEmpty, queue.running < limit {
            launch(queues[origin]!.waiting.removeFirst())
        }
        if let queue = queues[origin], queue.running == 0, queue.waiting.isEmpty { queues[origin] = nil }
    }

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

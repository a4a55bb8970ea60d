internal import CLibCurl
internal import HTTPCore

/// One exchange inside the loop: libcurl's handle, what its callbacks gather, and the deadlines. Lives on the loop's thread alone.
final class Transfer {
    enum Phase {
        /// Waits for its turn at a busy host.
        case queued
        case connecting
        case sending
        case awaitingHead
        case receiving
    }

    let exchange: Exchange
    let deadlines: Deadlines
    let ledger: SocketLedger
    /// What OpenSSL saw of the server's certificate; nil for plain connections and where none is asked for.
    var verification: PeerVerification?
    /// Called once, from within libcurl, when there is a connection; then when the answer turns out to be HTTP/1.
    var onConnection: ((Transfer) -> Void)?
    var onHTTP1: ((Transfer) -> Void)?
    var peerCheck = HTTPClient.PeerCheck()
    /// Nil: every address may be connected to.
    var mayConnect: (@Sendable ([UInt8]) -> Bool)?
    /// An address that it was not let connect to.
    var forbidden: [UInt8]?
    /// What tells its connection from others; 0 for plain ones.
    var connection: UInt?
    private(set) var phase = Phase.queued
    private(set) var handle: UnsafeMutableRawPointer?

    var head = ResponseHeadParser()
    /// Bytes of a body in memory that went out.
    var sent = 0
    var isReceivingPaused = false
    var isSendingPaused = false

    private let started: ContinuousClock.Instant
    private var launched: ContinuousClock.Instant
    /// All connections allowed are there: libcurl may keep it waiting for a stream.
    private var mayWaitForStream = false
    private var lastProgress: ContinuousClock.Instant
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(_ exchange: Exchange, deadlines: Deadlines, ledger: SocketLedger, now: ContinuousClock.Instant) {
        self.exchange = exchange
        self.deadlines = deadlines
        self.ledger = ledger
        started = now
        launched = now
        lastProgress = now
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        noteDeadline()
    }

    deinit {
        close()
        message.deallocate()
    }

    var request: PreparedRequest { exchange.request }

    /// What libcurl said of the failure, in its own words.
    var detail: String { String(cString: message) }

    func open(mayWaitForStream: Bool, now: ContinuousClock.Instant) -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        ledger.handleMade()
        launched = now
        self.mayWaitForStream = mayWaitForStream
        _ = graft_set_buffer(handle, CURLOPT_ERRORBUFFER, message)
        phase = .connecting
        noteDeadline()
        return handle
    }

    /// The handle must have left the multi handle before.
    func close() {
        if let handle {
            curl_easy_cleanup(handle)
            ledger.handleFreed()
        }
        handle = nil
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    /// Keeps the lines alive until `close`.
    func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = curl_slist_append(list, line) }
        if let list { lists.append(list) }
        return list
    }

    func enter(_ phase: Phase) {
        self.phase = phase
        progress()
        noteDeadline()
    }

    /// Bytes moved, or may move again.
    func progress() { lastProgress = .now }

    /// Goes on where back-pressure or a slow producer had stopped the transfer.
    func resume() {
        guard let handle else { return }
        isReceivingPaused = exchange.isReceivingPaused
        isSendingPaused = exchange.isSendingPaused
        progress()
        noteDeadline()
        let mask = (isReceivingPaused ? CURLPAUSE_RECV : 0) | (isSendingPaused ? CURLPAUSE_SEND : 0)
        curl_easy_pause(handle, mask)
    }

    /// Makes libcurl write what waits on the connection this transfer shares with others: any change of a pause does, as long as receiving
    /// goes on.
    func nudge() {
        guard let handle, !isReceivingPaused else { return }
        let mask = isSendingPaused ? CURLPAUSE_SEND : 0
        curl_easy_pause(handle, mask ^ CURLPAUSE_SEND)
        curl_easy_pause(handle, mask)
    }

    /// Its connection closes when it was the last on it.
    func forbidReuse() {
        if let handle { _ = graft_set_long(handle, CURLOPT_FORBID_REUSE, 1) }
    }

    /// As long as libcurl may take to connect.
    var libraryConnectLimit: Duration {
        let limits = request.limits
        guard let connect = limits.connect else { return .seconds(86_400) }
        return mayWaitForStream ? connect + (limits.queue ?? .seconds(86_400)) : connect
    }

    /// A connection of its own is being made: it no longer waits for a stream of another.
    func socketOpened(_ descriptor: Int32) {
        ledger.socketOpened(descriptor)
        guard mayWaitForStream else { return }
        mayWaitForStream = false
        launched = .now
        noteDeadline()
    }
}

// MARK: Deadlines

extension Transfer {
    enum Limit: String {
        case queue, connect, firstByte, idle, whole
    }

    /// The limit that passes next in this phase. While a pause holds the peer up, its silence does not count.
    var nextDeadline: (limit: Limit, at: ContinuousClock.Instant)? {
        let limits = request.limits
        var next: (limit: Limit, at: ContinuousClock.Instant)?
        func consider(_ limit: Limit, _ duration: Duration?, since start: ContinuousClock.Instant) {
            guard let duration else { return }
            let at = start + duration
            if next == nil || at < next!.at { next = (limit, at) }
        }
        switch phase {
        case .queued: consider(.queue, limits.queue, since: started)
        case .connecting where mayWaitForStream: consider(.queue, limits.queue, since: started)
        case .connecting: consider(.connect, limits.connect, since: launched)
        case .sending: if !isSendingPaused { consider(.idle, limits.idle, since: lastProgress) }
        case .awaitingHead: consider(.firstByte, limits.firstByte, since: lastProgress)
        case .receiving: if !isReceivingPaused { consider(.idle, limits.idle, since: lastProgress) }
        }
        consider(.whole, limits.whole, since: started)
        return next
    }

    private func noteDeadline() {
        if let next = nextDeadline { deadlines.note(next.at) }
    }
}

/// When the loop must look at its transfers' deadlines next. Later is found out by looking; earlier must be noted.
final class Deadlines {
    private(set) var next: ContinuousClock.Instant?

    func note(_ instant: ContinuousClock.Instant) {
        if next == nil || instant < next! { next = instant }
    }

    func clear() { next = nil }
}

internal import CLibCurl
internal import Glibc
internal import HTTPCore
internal import Synchronization

/// The thread that runs all transfers of a client in `curl_multi_poll`. Others reach it only through its inbox.
final class CurlLoop: Sendable {
    enum Command: Sendable {
        case start(Exchange)
        /// A pause may be over.
        case resume(Exchange)
        case remove(Exchange)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isOpen = false
        /// The thread has not let go of everything yet.
        var isRunning = false
        var isStopping = false
        /// The multi handle, as long as it may be woken.
        var multi: Int?
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: HTTPClient.Configuration
    private let inbox = Mutex(Inbox())
    private let published = Mutex<(HTTPClient.Activity, sockets: [Int32: UInt])>((HTTPClient.Activity(), [:]))

    private let others: OpenLoops

    /// - Parameter others: those that end together with this one; nil: those of this process.
    init(_ configuration: HTTPClient.Configuration, among others: OpenLoops? = nil) {
        self.configuration = configuration
        _ = Self.prepareLibrary
        self.others = others ?? .ofProcess
    }

    var activity: HTTPClient.Activity {
        var (activity, sockets) = published.withLock { $0 }
        activity.connections = SocketLedger.count(sockets)
        return activity
    }

    private static let prepareLibrary: CURLcode = curl_global_init(Int(CURL_GLOBAL_ALL))

    /// Starts the thread, which keeps the loop alive until `stop`.
    func launch() {
        guard Self.prepareLibrary == CURLE_OK, let multi = curl_multi_init() else { return }
        graft_close_wakeup_on_exec(multi)
        inbox.withLock { inbox in
            inbox.isOpen = true
            inbox.isRunning = true
            inbox.multi = Int(bitPattern: multi)
        }
        let isRunning = others.start(self) { context in
            let loop = Unmanaged<CurlLoop>.fromOpaque(context!).takeRetainedValue()
            loop.run()
            loop.others.ended(loop)
            return nil
        }
        if !isRunning {
            inbox.withLock { $0 = Inbox() }
            curl_multi_cleanup(multi)
        }
    }

    func submit(_ command: Command) {
        let isTaken = inbox.withLock { inbox in
            guard inbox.isOpen, let multi = inbox.multi else { return false }
            inbox.commands.append(command)
            if inbox.commands.count == 1 { curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: multi)) }
            return true
        }
        if !isTaken { refuse(command) }
    }

    func stop() {
        inbox.withLock { inbox in
            inbox.isStopping = true
            if let multi = inbox.multi { curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: multi)) }
        }
    }

    /// Returns when the thread is done with all connections.
    func stopped() async {
        await withCheckedContinuation { continuation in
            let isOver = inbox.withLock { inbox in
                if inbox.isRunning { inbox.stopWaiters.append(continuation) }
                return !inbox.isRunning
            }
            if isOver { continuation.resume() }
        }
    }

    private func refuse(_ command: Command) {
        switch command {
        case .start(let exchange):
            exchange.end(.failed(TransportError(.closed, "\(exchange.request.target.address): the HTTP client was shut down")))
            exchange.remove()
        case .remove(let exchange): exchange.remove()
        case .resume: break
        }
    }

    // MARK: On the thread

    private func publish(_ transfers: TransferTable) {
        let (activity, sockets) = (transfers.activity, transfers.ledger.sockets)
        published.withLock { $0 = (activity, sockets) }
    }

    private func run() {
        // Signals belong to the program's own threads; and a write to a closed socket must not end the process.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard let multi = inbox.withLock({ $0.multi }).flatMap({ UnsafeMutableRawPointer(bitPattern: $0) }) else { return }
        graft_name_thread("http-transport")
        let ledger = SocketLedger()
        let transfers = TransferTable(multi, configuration, ledger)
        while true {
            let (commands, isStopping) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isStopping)
            }
            for command in commands { transfers.obey(command) }
            if isStopping { break }
            transfers.perform()
            publish(transfers)
            transfers.sleep()
        }
        let late = inbox.withLock { inbox in
            inbox.isOpen = false
            defer { inbox.commands = [] }
            return inbox.commands
        }
        transfers.removeAll()
        for command in late { refuse(command) }
        // From here on nobody wakes it; the connections it kept are closed with it.
        inbox.withLock { $0.multi = nil }
        curl_multi_cleanup(multi)
        publish(transfers)
        let waiters = inbox.withLock { inbox in
            inbox.isRunning = false
            defer { inbox.stopWaiters = [] }
            return inbox.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

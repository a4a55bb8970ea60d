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
        var isStopping = false
        /// The multi handle, as long as it may be woken.
        var multi: Int?
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: HTTPClient.Configuration
    private let inbox = Mutex(Inbox())

    private let others: OpenLoops

    /// - Parameter others: those that end together with this one; nil: those of this process.
    init(_ configuration: HTTPClient.Configuration, among others: OpenLoops? = nil) {
        self.configuration = configuration
        _ = Self.prepareLibrary
        self.others = others ?? .ofProcess
    }

    private static let prepareLibrary: CURLcode = curl_global_init(Int(CURL_GLOBAL_ALL))

    /// Starts the thread, which keeps the loop alive until `stop`.
    func launch() {
        guard Self.prepareLibrary == CURLE_OK, let multi = curl_multi_init() else { return }
        inbox.withLock { inbox in
            inbox.isOpen = true
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
                if inbox.multi != nil { inbox.stopWaiters.append(continuation) }
                return inbox.multi == nil
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

    private func run() {
        // Signals belong to the program's own threads; and a write to a closed socket must not end the process.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard let multi = inbox.withLock({ $0.multi }).flatMap({ UnsafeMutableRawPointer(bitPattern: $0) }) else { return }
        let transfers = TransferTable(multi, configuration)
        while true {
            let (commands, isStopping) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isStopping)
            }
            for command in commands { transfers.obey(command) }
            if isStopping { break }
            transfers.perform()
        }
        let late = inbox.withLock { inbox in
            inbox.isOpen = false
            defer { inbox.commands = [] }
            return inbox.commands
        }
        transfers.removeAll()
        for command in late { refuse(command) }
        let waiters = inbox.withLock { inbox in
            inbox.multi = nil
            defer { inbox.stopWaiters = [] }
            return inbox.stopWaiters
        }
        curl_multi_cleanup(multi)
        for waiter in waiters { waiter.resume() }
    }
}

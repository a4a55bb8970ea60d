import Glibc
public import Logging
public import ServiceLifecycle
import Synchronization

/// Answers the kubelet and whoever collects metrics, over HTTP/1.1: `/healthz` while the process works, `/readyz` once it serves, and `/metrics` in
/// Prometheus' text format 0.0.4 or OpenMetrics 1.0, as it is asked. Health depends on nothing else, and on metrics least of all.
///
/// Small on purpose, so that what runs on every node can have it: one thread, one request a connection, 16 connections at once, heads of at
/// most 8 KiB. Slow, huge and broken requests are cut off or refused with a status, and keep nobody else out. No TLS and no
/// authentication: listen on the loopback address, or put something in front.
public final class ProbeEndpoint: Service {
    /// What it answers.
    public static let paths = ["/healthz", "/readyz", "/metrics"]

    /// The port it listens on: the one that was chosen where any would do.
    public let port: Int
    /// Nil once it has run: the port is free again.
    private let socket: Mutex<ListeningSocket?>
    private let loop: ProbeLoop
    private let logger: Logger

    /// Listens from now on; answers once it runs.
    /// - Throws: `ListeningFailure`, when the port is taken for instance.
    public convenience init(_ address: ListeningAddress, metrics: MetricsRegistry, logger: Logger) throws(ListeningFailure) {
        try self.init(address, limits: .init(), metrics: metrics, logger: logger)
    }

    init(
        _ address: ListeningAddress, limits: ProbeConnection.Limits, metrics: MetricsRegistry, logger: Logger
    ) throws(ListeningFailure) {
        let socket = try ListeningSocket(address)
        port = socket.port
        loop = try ProbeLoop(listener: socket.descriptor, limits: limits) { Self.answer($0, metrics) }
        self.socket = Mutex(socket)
        self.logger = logger
    }

    private static func answer(_ request: ProbeRequest, _ metrics: MetricsRegistry) -> ProbeAnswer {
        switch request.path {
        case "/healthz", "/readyz": return ProbeAnswer(body: Array("ok\n".utf8))
        case "/metrics":
            let format = PrometheusFormat.negotiated(request.accept)
            return ProbeAnswer(contentType: format.contentType, body: metrics.exposition(format))
        default: return .refusal(404, "there are \(paths.joined(separator: ", "))")
        }
    }

    /// Answers until a graceful shutdown, or until it is cancelled. Once.
    public func run() async throws {
        let loop = loop
        defer { socket.withLock { $0 = nil } }
        logger.debug("serving probes and metrics", metadata: ["port": "\(port)"])
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await Self.onThread { loop.run() }
            } onGracefulShutdown: {
                loop.stop()
            }
        } onCancel: {
            loop.stop()
        }
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs what blocks on a thread of its own, and waits for its end.
    private static func onThread(_ body: @escaping @Sendable () -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let work = Unmanaged.passRetained(
                Work {
                    body()
                    continuation.resume()
                })
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { context in
                    // Signals are for the threads that wait for them.
                    var all = sigset_t()
                    sigfillset(&all)
                    pthread_sigmask(SIG_BLOCK, &all, nil)
                    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                    return nil
                }, work.toOpaque())
            guard code == 0 else {
                work.release()
                return continuation.resume(throwing: ListeningFailure("no thread can be had: \(String(cString: strerror(code)))"))
            }
            pthread_detach(thread)
        }
    }
}

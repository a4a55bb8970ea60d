import HTTPTransport
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// A real HTTP/2 server over TLS that counts what it holds. It answers by path: `/ok` at once, `/others` with the
/// number of other streams it holds, `/watch` with a line and no end, `/flood/N` with N bytes as fast as flow control lets it; `/never` not at
/// all.
final class HTTP2Server: Sendable {
    struct Counts: Sendable {
        var connections = 0
        var connectionsOpened = 0
        /// Streams that are neither ended nor reset.
        var streams = 0
        /// Requests that came in.
        var requests = 0
        /// Bytes of floods that flow control let out.
        var flooded = 0
    }

    let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let box: CountsBox

    private init(maxStreams: Int, certificate: [UInt8], key: [UInt8]) async throws {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        tls.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: tls)
        let counts = CountsBox()
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.addHandlers(NIOSSLServerHandler(context: context), ConnectionCounter(counts))
                    var connection = NIOHTTP2Handler.ConnectionConfiguration()
                    connection.initialSettings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: maxStreams)]
                    // Against floods of resets, which are what some tests send.
                    var streams = NIOHTTP2Handler.StreamConfiguration()
                    streams.streamResetFrameRateLimit.maximumCount = .max
                    _ = try operations.configureHTTP2Pipeline(
                        mode: .server,
                        connectionConfiguration: connection, streamConfiguration: streams,
                        inboundStreamInitializer: { stream in
                            stream.eventLoop.makeCompletedFuture { try stream.pipeline.syncOperations.addHandler(Page(counts)) }
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
        box = counts
    }

    var authority: String { "127.0.0.1:\(port)" }
    var counts: Counts { box.counts.withLock { $0 } }

    func request(_ path: String) -> HTTPRequest { HTTPRequest(method: .get, scheme: "https", authority: authority, path: path) }

    /// Runs the body with a server and a client that trusts it, and ends both after.
    static func run<Result>(
        maxStreams: Int = 100, _ change: (inout HTTPClient.Configuration) -> Void = { _ in },
        _ body: (HTTP2Server, HTTPClient) async throws -> Result
    ) async throws -> Result {
        try await OpenSSL.withCertificates { (openssl) async throws in
            let server = try await HTTP2Server(
                maxStreams: maxStreams, certificate: openssl.bytes("server.pem"), key: openssl.bytes("server.key"))
            var configuration = HTTPClient.Configuration(trustedAuthorities: openssl.bytes("ours.pem"), proxy: .none, version: .http2)
            change(&configuration)
            let client = HTTPClient(configuration)
            do {
                let result = try await body(server, client)
                await client.shutdown()
                await server.stop()
                return result
            } catch {
                await client.shutdown()
                await server.stop()
                throw error
            }
        }
    }

    private func stop() async {
        try? await listener.close()
        try? await group.shutdownGracefully()
    }
}

private final class CountsBox: Sendable {
    let counts = Mutex(HTTP2Server.Counts())
}

private final class ConnectionCounter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let box: CountsBox
    init(_ box: CountsBox) { self.box = box }

    func channelActive(context: ChannelHandlerContext) {
        box.counts.withLock { counts in
            counts.connections += 1
            counts.connectionsOpened += 1
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        box.counts.withLock { $0.connections -= 1 }
        context.fireChannelInactive()
    }

    /// What a closed connection breaks off is no news.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// One stream.
private final class Page: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let box: CountsBox
    private var context: ChannelHandlerContext?
    private var isCounted = false
    private var left = 0
    private var inFlight = 0

    init(_ box: CountsBox) { self.box = box }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(let frame) = unwrapInboundIn(data) else { return }
        isCounted = true
        box.counts.withLock { counts in
            counts.streams += 1
            counts.requests += 1
        }
        let parts = (frame.headers.first(name: ":path") ?? "").split(separator: "/")
        switch parts.first {
        case "ok":
            head(context)
            send(context, "ok", isEnd: true)
        case "others":
            head(context)
            send(context, "\(box.counts.withLock { $0.streams } - 1)", isEnd: true)
        case "watch":
            head(context)
            send(context, "event\n", isEnd: false)
        case "flood":
            head(context)
            left = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            flood(context)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isCounted { box.counts.withLock { $0.streams -= 1 } }
        isCounted = false
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func head(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.headers(.init(headers: [":status": "200"]))), promise: nil)
    }

    private func send(_ context: ChannelHandlerContext, _ text: String, isEnd: Bool) {
        context.writeAndFlush(wrapOutboundOut(.data(.init(data: .byteBuffer(ByteBuffer(string: text)), endStream: isEnd))), promise: nil)
    }

    /// Four pieces at a time: the next goes when flow control has let one out.
    private func flood(_ context: ChannelHandlerContext) {
        while left > 0, inFlight < 4 {
            let count = min(left, 16 << 10)
            left -= count
            inFlight += 1
            let promise = context.eventLoop.makePromise(of: Void.self)
            // What is written to a stream that is reset meanwhile is never told its end, and would keep the stream.
            promise.futureResult.assumeIsolated().whenSuccess { [weak self] in
                guard let self, let context = self.context else { return }
                self.box.counts.withLock { $0.flooded += count }
                self.inFlight -= 1
                self.flood(context)
            }
            let buffer = ByteBuffer(repeating: UInt8(truncatingIfNeeded: left >> 14), count: count)
            context.writeAndFlush(wrapOutboundOut(.data(.init(data: .byteBuffer(buffer), endStream: left == 0))), promise: promise)
        }
    }
}

import NIOCore
import NIOPosix
import Synchronization

/// A proxy on the loopback address between clients and an HTTP/1.1 server, that goes wrong where a script says.
///
/// One request a connection; bodies are framed anew, so that what is one chunk on one side may be three on the other.
package final class FaultProxy: Sendable {
    /// Says what becomes of a request. May do something first: what the server does in between, too, is a fault.
    package typealias Script = @Sendable (ProxiedRequest) async throws -> ProxyPlan

    private struct State {
        var script: Script = { _ in .pass }
        var requests: [ProxiedRequest] = []
        var port: Int?
        var clients: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = Mutex(State())
    private let upstream: Int

    /// - Parameter upstream: the server's port.
    package init(upstream: Int) { self.upstream = upstream }

    /// Replaces the script, for requests from now on.
    package func play(_ script: @escaping Script) { state.withLock { $0.script = script } }

    /// All that came.
    package var requests: [ProxiedRequest] { state.withLock { $0.requests } }

    /// Clients' connections that are open.
    package var connections: Int { state.withLock { $0.clients.count } }

    /// Resets every client's connection that is open.
    package func resetAll() async {
        let clients = state.withLock { Array($0.clients.values) }
        for client in clients { try? await client.reset() }
    }

    /// Nil until it listens.
    package var port: Int? { state.withLock { $0.port } }

    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func wrap(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            try Connection(
                wrappingChannelSynchronously: channel, configuration: .init(inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
        }
    }

    /// Serves until the task is cancelled.
    package func run() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: 0, childChannelInitializer: Self.wrap)
        state.withLock { $0.port = server.channel.localAddress?.port }
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { clients in
                for try await client in clients { group.addTask { await self.serve(client) } }
            }
        }
    }

    private func serve(_ client: Connection) async {
        let id = ObjectIdentifier(client.channel)
        state.withLock { $0.clients[id] = client.channel }
        defer { state.withLock { $0.clients[id] = nil } }
        // What breaks here is a client that went away, or our own doing.
        try? await client.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                var bytes: [UInt8] = []
                var hasRequest = false
                // Reads on to its end, which is the client's going away.
                for try await part in inbound {
                    bytes += part.readableBytesView
                    guard !hasRequest, let request = ProxiedRequest(bytes) else { continue }
                    hasRequest = true
                    group.addTask {
                        try? await self.handle(request, ProxiedClient(channel: client.channel, outbound: outbound))
                        try? await client.channel.close()
                    }
                }
                group.cancelAll()
            }
        }
    }

    private func handle(_ request: ProxiedRequest, _ client: ProxiedClient) async throws {
        var request = request
        let script = state.withLock { state in
            request.number = state.requests.count + 1
            state.requests.append(request)
            return state.script
        }
        switch try await script(request) {
        case .answer(let status, let fields, let body):
            try await client.head(status, fields)
            if !body.isEmpty { try await client.perform(.send(body)) }
            try await client.perform(.end)
        case .reset: try await client.perform(.reset)
        case .hang: try await client.perform(.stall)
        case .forward(let faults): try await forward(request, faults, client)
        }
    }

    private func forward(_ request: ProxiedRequest, _ faults: ProxyFaults, _ client: ProxiedClient) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.relay(request, faults, client)
                return false
            }
            if let lifetime = faults.lifetime {
                group.addTask {
                    try await Task.sleep(for: lifetime)
                    return true
                }
            }
            let isOver = try await group.next() ?? false
            group.cancelAll()
            while let other = await group.nextResult() { _ = other }
            if isOver { try await client.perform(.end) }
        }
    }

    private func relay(_ request: ProxiedRequest, _ faults: ProxyFaults, _ client: ProxiedClient) async throws {
        let server = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: upstream, channelInitializer: Self.wrap)
        try await server.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: request.forwarded))
            var response = ProxiedResponse()
            var lines = LineRelay(faults: faults, client: client)
            for try await part in inbound {
                let wasBefore = !response.hasHead
                let body = response.take(part.readableBytesView)
                if wasBefore, response.hasHead {
                    try await client.head(response.status, response.fields)
                    try await lines.open()
                }
                try await lines.take(body)
                if response.isWhole { break }
            }
            try await lines.finish()
            try await client.perform(response.isWhole ? .end : .drop)
        }
    }
}

/// Takes a body apart into lines and does to each what the faults say.
private struct LineRelay {
    let faults: ProxyFaults
    let client: ProxiedClient
    private var earlier: [[UInt8]] = []
    private var rest: [UInt8] = []

    init(faults: ProxyFaults, client: ProxiedClient) {
        self.faults = faults
        self.client = client
    }

    func open() async throws { for step in faults.opening { try await client.perform(step) } }

    mutating func take(_ bytes: [UInt8]) async throws {
        var bytes = bytes[...]
        while let end = bytes.firstIndex(of: 0x0A) {
            try await pass(rest + bytes[...end])
            rest = []
            bytes = bytes[(end + 1)...]
        }
        rest += bytes
    }

    mutating func finish() async throws { if !rest.isEmpty { try await pass(rest) } }

    private mutating func pass(_ line: [UInt8]) async throws {
        for step in faults.line(earlier.count, line, earlier) { try await client.perform(step) }
        earlier.append(line)
    }
}

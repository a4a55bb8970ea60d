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
        var clients: [ObjectIdentifier: ProxyConnection] = [:]
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

    /// Serves until the task is cancelled.
    package func run() async throws {
        let accepted = Mailbox<ProxyConnection>()
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                let connection = ProxyConnection(channel)
                accepted.put(connection)
                return channel.pipeline.addHandler(connection)
            }
            .bind(host: "127.0.0.1", port: 0).get()
        defer { listener.close(promise: nil) }
        state.withLock { $0.port = listener.localAddress?.port }
        await withDiscardingTaskGroup { group in
            while let client = await accepted.next() { group.addTask { await self.serve(client) } }
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func serve(_ client: ProxyConnection) async {
        let id = ObjectIdentifier(client)
        state.withLock { $0.clients[id] = client }
        defer { state.withLock { $0.clients[id] = nil } }
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                var bytes: [UInt8] = []
                var hasRequest = false
                // Reads on to its end, which is the client's going away.
                while let part = await client.next() {
                    bytes += part
                    guard !hasRequest, let request = ProxiedRequest(bytes) else { continue }
                    hasRequest = true
                    group.addTask {
                        // What breaks here is a client that went away, or our own doing.
                        try? await self.handle(request, ProxiedClient(connection: client))
                        client.close()
                    }
                }
                group.cancelAll()
            }
        } onCancel: {
            client.close()
        }
        client.close()
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
        let connected = Mailbox<ProxyConnection>()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                let connection = ProxyConnection(channel)
                connected.put(connection)
                return channel.pipeline.addHandler(connection)
            }
            .connect(host: "127.0.0.1", port: upstream).get()
        defer { channel.close(promise: nil) }
        guard let server = await connected.next() else { throw CancellationError() }
        try await server.write(ByteBuffer(bytes: request.forwarded))
        var response = ProxiedResponse()
        var lines = LineRelay(faults: faults, client: client)
        while let part = await server.next() {
            let wasBefore = !response.hasHead
            let body = response.take(part)
            if wasBefore, response.hasHead {
                try await client.head(response.status, response.fields)
                try await lines.open()
            }
            try await lines.take(body)
            if response.isWhole { break }
        }
        try Task.checkCancellation()
        try await lines.finish()
        try await client.perform(response.isWhole ? .end : .drop)
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

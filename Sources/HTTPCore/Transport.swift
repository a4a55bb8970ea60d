public import HTTPTypes

/// What sends HTTP requests. `HTTPTransport` does over sockets; tests do straight into a server in the same process.
///
/// Cancelling the calling task ends the request on the wire and throws `CancellationError`.
public protocol Transport: Sendable {
    /// Sends a request and hands its response over while it arrives. The stream is scoped: when `handle` returns or
    /// throws, the exchange is over and its connection free or closed.
    ///
    /// - Parameters:
    ///   - body: what to send; nil sends none.
    ///   - limits: how long and how much is waited for.
    ///   - handle: gets the head and the body. It need not read the body to its end.
    /// - Throws: `TransportError`, `CancellationError`, or what `handle` throws.
    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result
}

/// What a request sends.
public enum RequestBody: Sendable {
    /// All of it, at hand.
    case bytes([UInt8])
    /// Parts of a larger body, asked for one after another; nil ends it. `length` in bytes becomes `Content-Length`.
    case stream(length: Int, next: @Sendable () async throws -> [UInt8]?)
}

/// The body of a response, part by part, as it arrives. Reading slowly slows the sender down.
public struct ResponseBody {
    private let nextPart: () async throws -> [UInt8]?

    /// A body whose parts come from a closure, which gives nil at the end.
    public init(next: @escaping () async throws -> [UInt8]?) { nextPart = next }

    /// The next part, never empty; nil at the end.
    public mutating func next() async throws -> [UInt8]? { try await nextPart() }

    /// The whole rest.
    /// - Throws: `TransportError.tooLarge` when it is longer than `limit` bytes.
    public mutating func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let part = try await next() {
            guard bytes.count + part.count <= limit else {
                throw TransportError(.tooLarge, "the response is longer than \(limit) bytes")
            }
            bytes += part
        }
        return bytes
    }
}

/// How long an exchange may take. Nil: no limit.
public struct TransferLimits: Sendable, Hashable {
    /// In the queue before a host that has as many connections, or streams on them, as the transport allows.
    public var queue: Duration?
    /// From leaving the queue until the connection stands, name resolution and TLS included.
    public var connect: Duration?
    /// From the end of the request to the head of the response.
    public var firstByte: Duration?
    /// Without a byte of the body.
    public var idle: Duration?
    /// From start to end.
    public var whole: Duration?

    /// Made of its members; nil is no limit.
    public init(
        connect: Duration? = .seconds(10), firstByte: Duration? = .seconds(30), idle: Duration? = .seconds(30),
        whole: Duration? = .seconds(60), queue: Duration? = .seconds(30)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.whole = whole
        self.queue = queue
    }

    /// For requests that are answered whole.
    public static let standard = TransferLimits()
    /// For watches and large downloads: no limit on the whole.
    public static func streaming(idle: Duration) -> TransferLimits { TransferLimits(idle: idle, whole: nil) }
}

extension Transport {
    /// Sends a request and collects the whole response.
    public func send(
        _ request: HTTPRequest, body: RequestBody? = nil, limits: TransferLimits = .standard, upTo size: Int = 64 << 20
    ) async throws -> (head: HTTPResponse, body: [UInt8]) {
        try await withResponse(to: request, body: body, limits: limits) { head, body in
            (head, try await body.collect(upTo: size))
        }
    }
}

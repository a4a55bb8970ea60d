import HTTPCore
public import KubeCore

extension Api {
    /// Watches a collection. The stream is scoped: when `handle` returns or throws, the watch is over.
    ///
    /// A server that falls silent is given up (`TransportError.timeout`): a connection whose other end is gone without a word looks
    /// like one on which nothing happens.
    /// - Parameters:
    ///   - idle: how long it may be silent; nil: five seconds longer than `timeoutSeconds`, when the server ends the watch by itself.
    ///   - undecodable: is told of each object that can't be read; the watch goes on.
    ///   - handle: reads the events; it need not read to the end.
    /// - Throws: `KubeError` when the server refuses the watch (410: list anew), `TransportError`, `CancellationError`, or what
    ///   `handle` throws.
    public func watch<Result>(
        _ options: WatchOptions = WatchOptions(), idle: Duration? = nil, undecodable: @escaping (UndecodableObject) -> Void = { _ in },
        _ handle: (inout WatchStream<Object>) async throws -> Result
    ) async throws -> Result {
        let request = APIRequest.watch(definition, namespace: namespace, options: options)
        let limits = TransferLimits.streaming(idle: idle ?? .seconds((options.timeoutSeconds ?? 300) + 5))
        return try await client.exchange(request, limits: limits) { body in
            var stream = WatchStream<Object>(body, undecodable: undecodable)
            return try await handle(&stream)
        }
    }
}

package import HTTPCore
package import HTTPTypes

/// Sends requests straight into a server in the same process: no sockets, no TLS, the same handling.
package struct InProcessTransport: Transport {
    let server: KubeServer
    /// Nil: the request's bearer token says who asks.
    let user: User?

    /// Only the whole of `limits` other than the body's is left to the caller: nothing is waited for here but watches.
    package func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let sent = ServerRequest(
            method: request.method, target: request.path ?? "/", headers: request.headerFields, body: try await body.bytes(), user: user)
        let response = await server.handle(sent)
        try Task.checkCancellation()
        let head = HTTPResponse(status: response.status, headerFields: response.headers)
        switch response.body {
        case .bytes(let bytes):
            var rest: [UInt8]? = bytes.isEmpty ? nil : bytes
            var body = ResponseBody { rest.take() }
            return try await handle(head, &body)
        case .watch(let stream):
            defer { stream.stop() }
            var body = ResponseBody {
                let line = await stream.next()
                if line == nil { try Task.checkCancellation() }
                return line
            }
            return try await handle(head, &body)
        }
    }
}

extension RequestBody? {
    fileprivate func bytes() async throws -> [UInt8] {
        switch self {
        case nil: return []
        case .bytes(let bytes)?: return bytes
        case .stream(let length, let next)?:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(length)
            while let part = try await next() { bytes += part }
            return bytes
        }
    }
}

extension KubeServer {
    /// A way to this server for clients in the same process, as one user; nil: as whoever's token the requests bear.
    package func inProcessTransport(user: User? = .admin) -> any Transport { InProcessTransport(server: self, user: user) }
}

import HTTPTypes
package import Hummingbird
import JSON
import KubeCore
import NIOCore

extension KubeServer {
    private static let roots = ["api", "apis", "openapi", "version", "healthz", "readyz", "livez"]

    /// Adds the API's paths to a router; others are left to whoever else serves there.
    package func addRoutes<Context: RequestContext>(to router: some RouterMethods<Context>) {
        for root in Self.roots {
            for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] {
                for path in ["/\(root)", "/\(root)/**"] {
                    router.on(RouterPath(path), method: method) { request, _ in try await self.respond(to: request) }
                }
            }
        }
    }

    private func respond(to request: Request) async throws -> Response {
        var request = request
        var body: [UInt8] = []
        // Only writes have bodies; leaving others unread keeps the connection's end noticeable for watches.
        if request.method != .get {
            do {
                let buffer = try await request.collectBody(upTo: configuration.bodyLimit)
                body = Array(buffer.readableBytesView)
            } catch is NIOTooManyBytesError {
                let error = KubeError(
                    .requestEntityTooLarge, status: 413, message: "Request entity too large: limit is \(configuration.bodyLimit)")
                return Response(error)
            }
        }
        let response = await handle(
            ServerRequest(method: request.method, target: request.head.path ?? "/", headers: request.headers, body: body))
        switch response.body {
        case .bytes(let bytes): return Response(status: response.status, headers: response.headers, body: .init(bytes))
        case .watch(let stream):
            let inbound = request.body
            return Response(
                status: response.status, headers: response.headers,
                body: .init { writer in
                    defer { stream.stop() }
                    // A client that goes away is noticed at once, not at the next event.
                    try await inbound.consumeWithCancellationOnInboundClose { _ in
                        // The head goes out before the first event.
                        try await writer.write(ByteBuffer())
                        while let line = await stream.next() { try await writer.write(ByteBuffer(bytes: line)) }
                    }
                    try await writer.finish(nil)
                })
        }
    }
}

extension Response {
    fileprivate init(_ error: KubeError) {
        self.init(
            status: .init(code: error.status), headers: [.contentType: "application/json"], body: .init(error.json.bytes()))
    }
}

extension Hummingbird.ResponseBody {
    /// Bytes that are there already; large answers go out in pieces, so that a slow client holds back the sender.
    fileprivate init(_ bytes: [UInt8]) {
        let piece = 64 << 10
        guard bytes.count > piece else {
            self.init(byteBuffer: ByteBuffer(bytes: bytes))
            return
        }
        self.init(contentLength: bytes.count) { writer in
            var start = 0
            while start < bytes.count {
                let end = min(start + piece, bytes.count)
                try await writer.write(ByteBuffer(bytes: bytes[start..<end]))
                start = end
            }
            try await writer.finish(nil)
        }
    }
}

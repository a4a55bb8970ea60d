import HTTPServing
package import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A server of plain HTTP on loopback that answers as a test says, and what it was asked.
package final class WebServer: Sendable {
    package struct Request: Sendable {
        package var method: HTTPRequest.Method
        /// With its query.
        package var path: String
        package var fields: HTTPFields
        package var body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    package struct Answer: Sendable {
        package var status: Int
        package var fields: HTTPFields
        package var body: [UInt8]

        package init(_ status: Int = 200, _ text: String = "", fields: HTTPFields = [:]) {
            self.status = status
            self.fields = fields
            body = Array(text.utf8)
        }
    }

    private let answer: @Sendable (Request) async throws -> Answer
    private let requests = Mutex<[Request]>([])
    private let listening = Mutex<Int?>(nil)

    fileprivate init(_ answer: @escaping @Sendable (Request) async throws -> Answer) { self.answer = answer }

    /// In their order.
    package var seen: [Request] { requests.withLock { $0 } }
    package var port: Int { listening.withLock { $0 } ?? 0 }
    /// As in `http://127.0.0.1:1234`.
    package var address: String { "http://127.0.0.1:\(port)" }

    fileprivate var isListening: Bool { listening.withLock { $0 != nil } }
    fileprivate func listens(on port: Int?) { listening.withLock { $0 = port } }

    fileprivate func respond(to request: Hummingbird.Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let seen = Request(method: request.method, path: request.uri.string, fields: request.headers, body: Array(body.readableBytesView))
        requests.withLock { $0.append(seen) }
        let answer = try await answer(seen)
        return Response(status: .init(code: answer.status), headers: answer.fields, body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

/// Runs a server for as long as `body` runs.
/// - Parameter answer: may take its time; it is cancelled at the end.
package func withWebServer<Result>(
    _ answer: @escaping @Sendable (WebServer.Request) async throws -> WebServer.Answer, _ body: (WebServer) async throws -> Result
) async throws -> Result {
    let server = WebServer(answer)
    let application = Application(
        responder: CallbackResponder<BasicRequestContext> { request, _ in try await server.respond(to: request) }, server: .abandonable,
        configuration: .init(address: .hostname("127.0.0.1", port: 0)), onServerRunning: { server.listens(on: $0.localAddress?.port) },
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await application.run() }
        defer { group.cancelAll() }
        try await eventually("the server listens") { server.isListening }
        return try await body(server)
    }
}

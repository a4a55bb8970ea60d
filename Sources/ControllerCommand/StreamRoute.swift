package import Controllers
import HTTPTypes
package import Hummingbird
import NIOCore

extension StreamIngest {
    /// Has a server take `POST /v1/changes`, and nothing else. What is served without TLS would show tokens to anyone.
    package func addRoute<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.post(RouterPath(Self.path)) { request, _ in try await self.respond(to: request) }
    }

    private func respond(to request: Request) async throws -> Response {
        let answer: StreamIngest.Answer
        do {
            let body = try await request.body.collect(upTo: Self.largest)
            answer = try await self.answer(authorization: request.headers[.authorization], body: Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            answer = tooLarge()
        }
        var headers: HTTPFields = [.contentType: "application/json"]
        if answer.closes { headers[.connection] = "close" }
        if answer.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: .init(code: answer.status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

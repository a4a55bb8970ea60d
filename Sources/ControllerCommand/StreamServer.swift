package import Controllers
import HTTPServing
import HTTPTypes
import Hummingbird
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
package import ProgramOptions
import ServiceLifecycle
package import Telemetry

/// Serves `POST /v1/changes` over TLS: hands what agents send to the part of the controller that leads, and nothing else.
package struct StreamServer: Service {
    private let application: Application<RouterResponder<BasicRequestContext>>

    /// - Parameters:
    ///   - certificate: PEM; the leaf first.
    ///   - listening: told the port.
    /// - Throws: `CommandError` when certificate and key are none.
    package init(
        _ ingest: StreamIngest, at address: ListeningAddress, certificate: LocalFile, key: LocalFile, logger: Logger,
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        let tls = try Self.tls(certificate, key)
        let router = Router()
        router.post(RouterPath(StreamIngest.path)) { request, _ in try await Self.answer(request, ingest) }
        application = Application(
            router: router, server: .abandonable { try TLSChannel($0, tlsConfiguration: tls) },
            configuration: .init(
                address: .hostname(address.host.isEmpty ? "::" : address.host, port: Int(address.port)), serverName: nil),
            onServerRunning: { listening($0.localAddress?.port ?? 0) }, logger: logger)
    }

    package func run() async throws { try await application.run() }

    private static func tls(_ certificate: LocalFile, _ key: LocalFile) throws -> TLSConfiguration {
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(try certificate.bytes()).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: try key.bytes(), format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            return tls
        } catch let error as NIOSSLError {
            throw CommandError("--streams-certificate, --streams-key: wanted a certificate and its key as PEM, found \(error)")
        }
    }

    private static func answer(_ request: Request, _ ingest: StreamIngest) async throws -> Response {
        let answer: StreamIngest.Answer
        do {
            let body = try await request.body.collect(upTo: StreamIngest.largest)
            answer = try await ingest.answer(authorization: request.headers[.authorization], body: Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            answer = .refusal(413, "wanted at most \(StreamIngest.largest) bytes")
        }
        var headers: HTTPFields = [.contentType: "application/json"]
        if answer.closes { headers[.connection] = "close" }
        if answer.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: .init(code: answer.status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

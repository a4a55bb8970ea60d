package import HTTPTypes
import Hummingbird
import Synchronization

/// A server that answers every GET with an empty JSON object, and what it saw of the requests.
package struct Probe: Sendable {
    fileprivate final class Seen: Sendable {
        let requests = Mutex<[(path: String, fields: HTTPFields)]>([])
    }

    /// As in `https://127.0.0.1:1234`.
    package let address: String
    fileprivate let seen: Seen

    /// The header fields of the requests for a path, in their order.
    package func fields(of path: String) -> [HTTPFields] {
        seen.requests.withLock { $0.filter { $0.path == path }.map(\.fields) }
    }
}

/// Runs a probe behind TLS for as long as `body` runs.
/// - Parameter client: a certificate that every client must show; nil: none need be shown.
package func withProbe<Result>(
    _ certificate: TestCertificate, client: TestCertificate? = nil, _ body: (Probe) async throws -> Result
) async throws -> Result {
    let seen = Probe.Seen()
    return try await withLoopbackServer(
        certificate, client: client,
        routes: { router in
            router.get("**") { request, _ in
                seen.requests.withLock { $0.append((request.uri.path, request.headers)) }
                return "{}"
            }
        }
    ) { port in try await body(Probe(address: "https://127.0.0.1:\(port)", seen: seen)) }
}

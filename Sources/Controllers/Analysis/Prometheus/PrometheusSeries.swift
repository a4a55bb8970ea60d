import GraftAPI
package import HTTPCore
import HTTPTypes
import KubeCore

/// Which series a Prometheus has, for people who ask from their own machine: the rules for what tenants have called are not theirs.
package struct PrometheusSeries {
    private let transport: any Transport
    /// Shown to the Prometheus; never told.
    private let token: String?

    package init(transport: any Transport, token: String? = nil) {
        self.transport = transport
        self.token = token
    }

    /// The labels of each series that an instant query finds.
    /// - Parameter address: up to what stands before /api/v1.
    /// - Throws: a sentence that says what to do, `CancellationError`.
    package func list(_ query: String, at address: String) async throws -> [[String: String]] {
        var provider = PrometheusProvider()
        (provider.address, provider.query) = (address, query)
        do {
            let call = try PrometheusSource.call(provider, now: Timestamp(seconds: 0))
            var fields = call.fields
            if let token { fields[.authorization] = "Bearer \(token)" }
            let request = HTTPRequest(
                method: call.method, scheme: call.address.scheme, authority: call.address.authority, path: call.address.path,
                headerFields: fields)
            let (head, body) = try await transport.send(request, body: call.body.map { .bytes($0) }, upTo: CheckCaller.longestAnswer)
            do {
                return try PrometheusAnswer.series(status: head.status.code, body: body, secrets: [token].compactMap(\.self))
            } catch { throw CheckRefusal("\(call.address.authority): \(error)") }
        } catch let error as TransportError {
            try Task.checkCancellation()
            throw CheckRefusal(error.message)
        }
    }
}

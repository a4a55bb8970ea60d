package import GraftAPI
package import HTTPCore
import HTTPTypes

/// How checks are performed.
package struct CheckConfiguration: Sendable {
    /// Whom they may call.
    package var rules: CheckRules
    /// Directory of the controller's own credentials for them; nil: there are none.
    package var credentials: String?
    /// Calls at one time, over all deployments.
    package var concurrency: Int
    /// Who is asked for service levels where an analysis names nobody; nil: nobody is.
    package var prometheus: ServiceLevelSource?
    package var transport: @Sendable (CheckTransportSettings) -> any Transport
    /// What hosts expose; nil: nothing is heard of it.
    package var hosts: (any MetricSource)?
    package var samples: (any SampleSource)?

    package init(
        rules: CheckRules = .standard, credentials: String? = nil, concurrency: Int = 64,
        transport: @escaping @Sendable (CheckTransportSettings) -> any Transport
    ) {
        self.rules = rules
        self.credentials = credentials
        self.concurrency = concurrency
        self.transport = transport
    }

    /// Calls nobody.
    package static var none: CheckConfiguration { CheckConfiguration { _ in NoTransport() } }
}

private struct NoTransport: Transport {
    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        throw TransportError(.unsupported, "\(request.authority ?? ""): this controller calls nobody for checks")
    }
}

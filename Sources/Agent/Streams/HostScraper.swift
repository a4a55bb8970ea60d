import Analysis
import HTTPCore
import HTTPTypes

/// Looks at what a host exposes.
struct HostScraper: Sendable {
    let settings: MetricsSettings
    let transport: any Transport

    /// - Throws: `ScrapeFailure`, `CancellationError`.
    func look(for names: Set<String>) async throws -> Exposition {
        let url = settings.url
        let request = HTTPRequest(
            method: .get, scheme: url.scheme, authority: url.authority, path: url.path,
            headerFields: [.accept: "text/plain;version=0.0.4;q=1,*/*;q=0.1"])
        let limits = TransferLimits(connect: settings.timeout, firstByte: settings.timeout, idle: settings.timeout, whole: settings.timeout)
        do {
            let (head, body) = try await transport.send(request, limits: limits, upTo: settings.limits.bytes)
            guard head.status == .ok else { throw ScrapeFailure(description: "GET \(url): the host answers \(head.status.code)") }
            let isOpenMetrics = head.headerFields[.contentType]?.hasPrefix("application/openmetrics-text") ?? false
            return try Exposition(parsing: body, wanted: names, endsMarked: isOpenMetrics, limits: settings.limits)
        } catch let error as TransportError {
            throw ScrapeFailure(description: "GET \(url): \(error.message)")
        } catch let error as ExpositionError {
            throw ScrapeFailure(description: "GET \(url): \(error)")
        }
    }
}

/// Why a host's metrics are not known: the address, and what was found.
struct ScrapeFailure: Error, Hashable, CustomStringConvertible {
    var description: String
}

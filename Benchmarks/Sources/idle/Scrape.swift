import HTTPCore
import HTTPTransport
import HTTPTypes

/// Reads all metrics, as whoever collects them does.
enum Scrape {
    /// - Returns: how long the text is.
    static func bytes(port: Int) async throws -> Int {
        let client = HTTPClient()
        let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/metrics")
        do {
            let bytes = try await client.withResponse(to: request, body: nil, limits: TransferLimits()) { response, body in
                guard response.status == .ok else { throw Complaint("/metrics answers \(response.status)") }
                var bytes = 0
                while let part = try await body.next() { bytes += part.count }
                return bytes
            }
            await client.shutdown()
            return bytes
        } catch {
            await client.shutdown()
            throw error
        }
    }
}

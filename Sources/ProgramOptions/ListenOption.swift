package import Logging
package import Telemetry

/// The value of a flag that says where `/healthz`, `/readyz` and `/metrics` are served.
package struct ListenOption: Sendable {
    /// As in `--listen`.
    package var flag: String
    /// As in `127.0.0.1:8080`; empty: nowhere.
    package var text: String

    package init(_ flag: String, _ text: String) {
        self.flag = flag
        self.text = text
    }

    /// Nil when nothing is to be served.
    /// - Throws: `CommandError` when the text is no address.
    package func address() throws -> ListeningAddress? {
        if text.isEmpty { return nil }
        do { return try ListeningAddress(text) } catch { throw CommandError("\(flag): \(error)") }
    }

    /// Listens; nil when nothing is to be served.
    /// - Throws: `CommandError` when the address can't be had.
    package func endpoint(_ metrics: MetricsRegistry, _ logger: Logger) throws -> ProbeEndpoint? {
        guard let address = try address() else { return nil }
        do { return try ProbeEndpoint(address, metrics: metrics, logger: logger) } catch { throw CommandError("\(flag): \(error)") }
    }
}

import HTTPCore
import Synchronization

/// The transport of a client, and another one when the certificates behind it have changed: files are read again each minute, and when a
/// server refuses what they held. Exchanges that are under way end on the transport they started on.
final class Transports: Sendable {
    typealias Factory = @Sendable (ClientConfiguration) throws -> any Transport

    private struct State {
        /// With the texts that were read last.
        var configuration: ClientConfiguration
        var readAt: ContinuousClock.Instant
        var identity: ClientIdentity?
        var transport: (any Transport)?
    }

    /// How long the content of files is believed.
    private static let period = Duration.seconds(60)

    private let make: Factory?
    private let state: Mutex<State>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Always this one.
    init(_ transport: any Transport) {
        make = nil
        now = { ContinuousClock.now }
        state = Mutex(State(configuration: ClientConfiguration(server: ""), readAt: ContinuousClock.now, transport: transport))
    }

    /// - Parameter make: makes one from the certificates that a configuration holds.
    init(
        _ configuration: ClientConfiguration, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        _ make: @escaping Factory
    ) {
        self.make = make
        self.now = now
        state = Mutex(State(configuration: configuration, readAt: now()))
    }

    /// - Parameter identity: what to show instead of the configuration's client certificate.
    func transport(showing identity: ClientIdentity?) throws -> any Transport {
        try state.withLock { state in
            guard let make else {
                guard identity == nil, let transport = state.transport else {
                    throw ClientConfigurationError(
                        "the credential command returned a client certificate, but this client's transport can't be made anew with it; "
                            + "make the client with a closure that makes transports, or let the command return a token")
                }
                return transport
            }
            if state.readAt + Self.period <= now() { read(&state) }
            if let transport = state.transport, state.identity == identity { return transport }
            var configuration = state.configuration
            if let identity { (configuration.clientCertificate, configuration.clientKey) = (identity.certificate, identity.key) }
            let transport = try make(configuration)
            state.transport = transport
            state.identity = identity
            return transport
        }
    }

    /// Reads the files now.
    /// - Returns: whether another attempt would show or trust other certificates.
    func reload() -> Bool { state.withLock { read(&$0) } }

    /// Whole and readable texts count alone: a file may be just being written. A certificate and its key change together.
    @discardableResult
    private func read(_ state: inout State) -> Bool {
        state.readAt = now()
        var configuration = state.configuration
        let files = configuration.files
        if let text = Self.text(files.certificateAuthority) { configuration.certificateAuthority = text }
        let certificate = files.clientCertificate == nil ? configuration.clientCertificate : Self.text(files.clientCertificate)
        let key = files.clientKey == nil ? configuration.clientKey : Self.text(files.clientKey)
        if let certificate, let key { (configuration.clientCertificate, configuration.clientKey) = (certificate, key) }
        guard make != nil, configuration != state.configuration else { return false }
        state.configuration = configuration
        state.transport = nil
        return true
    }

    private static func text(_ path: String?) -> String? {
        guard let path, let text = try? LocalFile.text(path), LocalFile.isPEM(text) else { return nil }
        return text
    }
}

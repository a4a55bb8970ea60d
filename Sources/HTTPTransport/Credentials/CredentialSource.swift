internal import Synchronization

extension HTTPClient {
    /// What a client trusts, and what it shows.
    public struct Credentials: Sendable {
        /// Certificates of the authorities to trust, PEM. Nil: the system's.
        public var trustedAuthorities: [UInt8]?
        /// What to show a server that asks for a certificate. Nil: none.
        public var clientCertificate: ClientCertificate?

        /// Made of its members.
        public init(trustedAuthorities: [UInt8]? = nil, clientCertificate: ClientCertificate? = nil) {
            self.trustedAuthorities = trustedAuthorities
            self.clientCertificate = clientCertificate
        }
    }
}

/// The credentials in force, whether given or read from files.
final class CredentialSource: Sendable {
    private struct State {
        var given: HTTPClient.Credentials
        var read: HTTPClient.Credentials?
        var stamps: [HTTPClient.CredentialFiles.Stamp]?
        var lookAgain: ContinuousClock.Instant?
    }

    private let files: HTTPClient.CredentialFiles?
    private let state: Mutex<State>

    init(_ given: HTTPClient.Credentials, files: HTTPClient.CredentialFiles?) {
        self.files = files
        state = Mutex(State(given: given))
    }

    func replace(_ credentials: HTTPClient.Credentials) {
        state.withLock { state in
            state.given = credentials
            state.lookAgain = nil
            state.stamps = nil
        }
    }

    /// - Throws: `TransportError.tls` when the files can't be read and never could.
    func current(_ now: ContinuousClock.Instant) throws -> HTTPClient.Credentials {
        try state.withLock { state in
            guard let files else { return state.given }
            if let read = state.read, let again = state.lookAgain, now < again { return read }
            state.lookAgain = now + files.interval
            let before = files.stamps()
            if let read = state.read, let before, before == state.stamps { return read }
            do {
                let read = try files.read(over: state.given)
                // Written while they were read: certificate and key may not belong together. Look again before the next request.
                let isStill = before != nil && files.stamps() == before
                state.stamps = isStill ? before : nil
                if !isStill { state.lookAgain = nil }
                if isStill || state.read == nil { state.read = read }
                return state.read ?? read
            } catch {
                guard let read = state.read else { throw error }
                return read
            }
        }
    }
}

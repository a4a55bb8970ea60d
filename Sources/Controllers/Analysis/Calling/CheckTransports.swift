import HTTPCore
import Synchronization

/// How a transport for checks is made: whom it trusts, what it shows, and which addresses it connects to.
package struct CheckTransportSettings: Sendable {
    /// PEM; nil: the system's.
    package var trustedAuthorities: [UInt8]?
    /// PEM, with `privateKey`.
    package var certificate: [UInt8]?
    package var privateKey: [UInt8]?
    /// Four or sixteen bytes, in network order.
    package var mayConnect: @Sendable ([UInt8]) -> Bool
}

/// The transports of checks: one for all that need none of their own, and one for each credential that brings authorities or certificates.
final class CheckTransports: Sendable {
    private struct Own {
        var authorities: String?
        var certificate: String?
        var privateKey: String?
        var transport: any Transport
    }

    private let make: @Sendable (CheckTransportSettings) -> any Transport
    private let rules: CheckRules
    private let common: any Transport
    private let own = Mutex<[String: Own]>([:])

    init(rules: CheckRules, make: @escaping @Sendable (CheckTransportSettings) -> any Transport) {
        self.make = make
        self.rules = rules
        common = make(CheckTransportSettings(mayConnect: rules.mayConnect))
    }

    /// - Parameter name: of the credential's file. When its content is another, its connections are new ones.
    func transport(for credential: CheckCredential?, named name: String?) -> any Transport {
        guard let credential, let name, credential.authorities != nil || credential.certificate != nil else { return common }
        return own.withLock { own in
            if let known = own[name], known.authorities == credential.authorities, known.certificate == credential.certificate,
                known.privateKey == credential.privateKey
            {
                return known.transport
            }
            let transport = make(
                CheckTransportSettings(
                    trustedAuthorities: credential.authorities.map { Array($0.utf8) },
                    certificate: credential.certificate.map { Array($0.utf8) },
                    privateKey: credential.privateKey.map { Array($0.utf8) }, mayConnect: rules.mayConnect))
            own[name] = Own(
                authorities: credential.authorities, certificate: credential.certificate, privateKey: credential.privateKey,
                transport: transport)
            return transport
        }
    }
}

import Analysis
import GraftAPI
import HTTPTransport
import KubeCore
import KubeRuntime
import Logging

@testable import Controllers

extension CheckRules {
    /// For servers of tests.
    static func loopback() throws -> CheckRules { try CheckRules(hosts: [], networks: ["127.0.0.0/8"]) }
}

/// Makes transports over sockets, as the controller's program does.
func socketTransport(_ settings: CheckTransportSettings) -> HTTPClient {
    var configuration = HTTPClient.Configuration(trustedAuthorities: settings.trustedAuthorities, proxy: .none)
    if let certificate = settings.certificate, let key = settings.privateKey {
        configuration.clientCertificate = .init(certificate: certificate, privateKey: key)
    }
    configuration.mayConnect = settings.mayConnect
    return HTTPClient(configuration)
}

extension CheckCaller {
    /// Calls servers of tests over sockets.
    static func overSockets(credentials directory: String? = nil, rules: CheckRules? = nil) throws -> CheckCaller {
        let rules = try rules ?? .loopback()
        return CheckCaller(
            rules: rules, credentials: CheckCredentials(directory: directory),
            transports: CheckTransports(rules: rules, make: socketTransport))
    }
}

extension AnalysisRun {
    static func inPayments(now: Timestamp = Surroundings.system.wallTime()) -> AnalysisRun {
        AnalysisRun(
            namespace: "payments", deployment: "http-filter", rollout: "r-1", check: "step-2.errors",
            canary: .init(name: "c", digest: "sha256:c", version: "1.1.0"), stable: nil, startTime: now, now: now)
    }
}

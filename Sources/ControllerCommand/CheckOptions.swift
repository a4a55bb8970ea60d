package import ArgumentParser
package import Controllers
import GraftAPI
import HTTPTransport
import ProgramOptions

/// Whom the controller calls for analyses and webhooks, and with which credentials.
package struct CheckOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Credentials that analyses and webhooks may name: a directory, such as a mounted Secret, with a file of JSON for each name; read again when it "
                + "changes. docs/analysis.md says what stands in them. Default: none.", valueName: "directory"))
    package var checkCredentials: String?

    @Option(
        help: ArgumentHelp(
            "A host that analyses and webhooks may call, as in prometheus.monitoring or *.example.com:9090. May be given several times. Default: every host.",
            valueName: "pattern"))
    package var checkHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "Addresses of this machine or its link that analyses and webhooks may call, as in 127.0.0.0/8. May be given several times. Default: none.",
            valueName: "network"))
    package var checkNetwork: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who has the series of hosts, for analyses by a service level that name nobody, as in http://prometheus.monitoring:9090. Default: nobody.",
            valueName: "url"))
    package var prometheus: String?

    @Option(help: ArgumentHelp("Name of the credential for --prometheus, in --check-credentials. Default: none.", valueName: "name"))
    package var prometheusCredentials: String?

    package init() {}

    package func validate() throws {
        _ = try rules()
        guard prometheusCredentials == nil || prometheus != nil else {
            throw ValidationError("--prometheus-credentials: wanted with --prometheus")
        }
    }

    package func configuration() throws -> CheckConfiguration { try configuration(opening: []) }

    /// For a control plane on somebody's own machine, where what they try out runs beside it: loopback may be called as well.
    package func localConfiguration() throws -> CheckConfiguration { try configuration(opening: ["127.0.0.0/8", "::1/128"]) }

    private func configuration(opening networks: [String]) throws -> CheckConfiguration {
        var configuration = CheckConfiguration(
            rules: try rules(opening: networks), credentials: checkCredentials, transport: Self.transport)
        configuration.prometheus = prometheus.map { address in
            var source = ServiceLevelSource()
            source.address = address
            source.credentials = prometheusCredentials
            return source
        }
        return configuration
    }

    private func rules(opening networks: [String] = []) throws -> CheckRules {
        do { return try CheckRules(hosts: checkHost, networks: checkNetwork + networks) } catch {
            throw CommandError("--check-host, --check-network: \(error)")
        }
    }

    /// With connections enough for all, few to any one host, and nothing kept of what answers say.
    private static func transport(_ settings: CheckTransportSettings) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            trustedAuthorities: settings.trustedAuthorities, userAgent: "graft-controller", maxConnectionsPerHost: 16)
        if let certificate = settings.certificate, let key = settings.privateKey {
            configuration.clientCertificate = .init(certificate: certificate, privateKey: key)
        }
        configuration.mayConnect = settings.mayConnect
        return HTTPClient(configuration)
    }
}

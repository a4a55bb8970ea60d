package import ArgumentParser
import Glibc
import HTTPCore
import HTTPTransport
import JSON
package import OCI
import YAML

/// How registries are reached.
package struct RegistryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Credentials: a docker config.json, or a directory with one, such as a mounted Secret of type kubernetes.io/dockerconfigjson; read again "
                + "when it changes. May be given several times; the first with a credential counts. Default: $DOCKER_CONFIG/config.json or "
                + "~/.docker/config.json, where there is one.",
            valueName: "path"))
    package var dockerConfig: [String] = []

    @Option(
        help: ArgumentHelp(
            "Mirrors, certificate authorities and more for each registry: docs/registries.md. YAML or JSON.", valueName: "path"))
    package var registryConfig: String?

    @Option(help: ArgumentHelp("A registry that may be spoken to without TLS; loopback always may.", valueName: "host[:port]"))
    package var insecureRegistry: [String] = []

    @Option(help: ArgumentHelp("Certificates of the registry's authority, PEM, instead of the system's.", valueName: "path"))
    package var registryCA: String?

    package init() {}

    package func client() throws -> RegistryClient {
        let registries = try readRegistryConfig()
        let credentials = CredentialStore(
            paths: dockerConfig.isEmpty ? Self.defaultDockerConfig : dockerConfig, isRequired: !dockerConfig.isEmpty)
        try credentials.check()
        var configuration = RegistryClient.Configuration(
            credentials: { try await credentials.credential(registry: $0, repository: $1) },
            insecureRegistries: registries.insecureHosts.union(insecureRegistry))
        configuration.credentialsRefused = { _, _ in credentials.forget() }
        configuration.mirrors = registries.mirrors
        configuration.tokenServers = registries.tokenServers
        // One client for each file of authorities.
        var clients: [String: HTTPClient] = [:]
        for (host, file) in registries.authorities {
            let client = try clients[file] ?? Self.transport(trusting: file)
            clients[file] = client
            configuration.transports[host] = client
        }
        return RegistryClient(transport: try Self.transport(trusting: registryCA), configuration: configuration)
    }

    private static func transport(trusting file: String?) throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.trustedAuthorities = try file.map { try LocalFile($0).bytes() }
        return HTTPClient(configuration)
    }

    package func readRegistryConfig() throws -> RegistriesConfiguration {
        guard let registryConfig else { return RegistriesConfiguration() }
        do { return try RegistriesConfiguration(from: try YAML.document(try LocalFile(registryConfig).bytes())) } catch let error
            as YAMLError
        {
            throw CommandError("\(registryConfig): \(error)")
        } catch let error as JSONDecodingError {
            throw CommandError("\(registryConfig): \(error); docs/registries.md says what may stand there")
        }
    }

    private static var defaultDockerConfig: [String] {
        if let directory = getenv("DOCKER_CONFIG") { return [String(cString: directory) + "/config.json"] }
        return getenv("HOME").map { [String(cString: $0) + "/.docker/config.json"] } ?? []
    }
}

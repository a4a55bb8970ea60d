package import ArgumentParser
import Glibc
import HTTPTransport
package import OCI

/// How registries are reached.
package struct RegistryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Credentials: a docker config.json. Default: $DOCKER_CONFIG/config.json or ~/.docker/config.json, where there is one.",
            valueName: "path"))
    package var dockerConfig: String?

    @Option(help: ArgumentHelp("A registry that may be spoken to without TLS; loopback always may.", valueName: "host[:port]"))
    package var insecureRegistry: [String] = []

    @Option(help: ArgumentHelp("Certificates of the registry's authority, PEM, instead of the system's.", valueName: "path"))
    package var registryCA: String?

    package init() {}

    package func client() throws -> RegistryClient {
        var transport = HTTPClient.Configuration()
        if let registryCA { transport.trustedAuthorities = try LocalFile(registryCA).bytes() }
        let path = dockerConfig ?? Self.defaultDockerConfig
        let config = try path.map { path in
            guard dockerConfig != nil || LocalFile(path).exists else { return DockerConfig() }
            return try DockerConfig(parsing: try LocalFile(path).bytes(), source: path)
        }
        return RegistryClient(
            transport: HTTPClient(transport),
            configuration: .init(
                credentials: { try config?.credential(registry: $0, repository: $1) ?? .anonymous },
                insecureRegistries: Set(insecureRegistry)))
    }

    private static var defaultDockerConfig: String? {
        if let directory = getenv("DOCKER_CONFIG") { return String(cString: directory) + "/config.json" }
        return getenv("HOME").map { String(cString: $0) + "/.docker/config.json" }
    }
}

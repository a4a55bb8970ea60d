import ControllerCommand
import Controllers
import FoundationEssentials
import Glibc
import GraftAPI
import HTTPServing
import Hummingbird
import HummingbirdTLS
import JSON
import KubeClient
import KubeCore
import KubeServer
import Logging
import NIOCore
import NIOSSL
import OCI
import ProgramOptions
import RegistryServer
import ServiceLifecycle
import UnixSignals

/// Everything a cluster of one process needs: API server, registry and controller.
struct ControlPlane {
    var directory: ControlPlaneDirectory
    var address: String
    var port: Int
    var registryPort: Int
    var registry: RegistryClient
    /// Or one runs beside it, as in a cluster.
    var runsController: Bool
    /// Whom analyses and webhooks call, and with what.
    var checks: CheckConfiguration
    /// Of what agents tell: how wide the windows are in which hosts are compared.
    var streamWindow: Duration
    /// Where the time zones of freeze windows are.
    var zoneDirectory: String
    var logger: Logger

    /// Runs until SIGTERM or SIGINT.
    /// - Parameter first: services that belong before its own.
    func run(after first: [any Service] = []) async throws {
        try TakenPort.check(address, port, option: "--port")
        try TakenPort.check(address, registryPort, option: "--registry-port")
        defer { unlink(directory.ready.path) }
        let certificates = try Certificates.load(from: directory.certificates, names: [address, "localhost"], now: Date())
        let tokens = try ControlPlaneTokens.load(from: directory.tokens)
        let server = try await KubeServer(
            configuration: .init(storage: .file(directory.database), tokens: tokens.table, logger: logger))
        let client = try Client(
            transport: server.inProcessTransport(user: ControlPlaneTokens.controllerUser), server: "https://embedded",
            userAgent: "graft-controller")
        try await Self.install(on: client)
        let addresses = ControlPlaneAddresses(
            directory: directory, tokens: tokens, authority: certificates.authority, address: address,
            takesStreams: runsController)
        let streams = runsController ? StreamIngest() : nil

        var services: [any Service] =
            first + [
                try apiServer(server, certificates, addresses, streams), try registryServer(addresses),
                // Shut down before the sockets: it ends the watches that hold connections open.
                Background(work: server.run),
            ]
        if runsController {
            services.append(
                ControllerServices(
                    client: client, artifacts: registry,
                    configuration: .init(electsLeader: false, zoneDirectory: zoneDirectory, streamWindow: streamWindow),
                    checks: checks, streams: streams, logger: logger))
        }
        let group = ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandError(
                "a port is taken on \(address): \(port) or \(registryPort); choose others with --port and --registry-port, or 0 for any")
        }
    }

    /// What agents tell comes in at the same address: one port and one certificate are enough for one machine.
    private func apiServer(
        _ server: KubeServer, _ certificates: Certificates, _ addresses: ControlPlaneAddresses, _ streams: StreamIngest?
    ) throws -> some Service {
        let router = Router()
        server.addRoutes(to: router)
        streams?.addRoute(to: router)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificates.certificate.utf8), format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificates.key.utf8), format: .pem)))
        return Application(
            router: router, server: .abandonable { try TLSChannel($0, tlsConfiguration: tls) },
            configuration: .init(address: .hostname(address, port: port), serverName: nil),
            onServerRunning: { addresses.apiListens(on: $0.localAddress?.port) }, logger: logger)
    }

    private func registryServer(_ addresses: ControlPlaneAddresses) throws -> some Service {
        let router = Router()
        try RegistryServer(directory: directory.registry).addRoutes(to: router)
        return Application(
            router: router, server: .abandonable, configuration: .init(address: .hostname(address, port: registryPort), serverName: nil),
            onServerRunning: { addresses.registryListens(on: $0.localAddress?.port) }, logger: logger)
    }

    /// The definitions of our kinds, and the namespaces that programs work in.
    static func install(on client: Client) async throws {
        let definitions = Api<CustomResourceDefinition>(client)
        for kind in GraftAPI.kinds {
            let definition = kind.customResourceDefinition
            _ = try await definitions.apply(definition["metadata"]?["name"]?.string ?? "", definition, manager: "graft")
        }
        for namespace in [GraftAPI.systemNamespace, GraftAPI.agentNamespace] {
            _ = try await Api<Namespace>(client).apply(namespace, [:] as JSON, manager: "graft")
        }
    }
}

/// Work that goes on until the services are shut down.
struct Background: Service {
    var work: @Sendable () async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do { try await work() } catch is CancellationError {}
        }
    }
}

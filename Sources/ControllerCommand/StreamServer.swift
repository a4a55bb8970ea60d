package import Controllers
import HTTPServing
import Hummingbird
package import KubeRuntime
package import Logging
import NIOCore
import NIOSSL
package import ProgramOptions
import ServiceLifecycle
package import Telemetry

/// Takes over TLS what agents tell, and hands it to the part of the controller that leads.
///
/// It listens as soon as there is a certificate, and takes up another one that is put in its place: nothing is restarted for it.
package struct StreamServer: Service {
    private let application: Application<RouterResponder<BasicRequestContext>>
    private let certificate: ServingCertificate
    private let ingest: StreamIngest
    private let interval: Duration
    private let logger: Logger
    private let surroundings: Surroundings

    /// - Parameters:
    ///   - certificate: PEM; the leaf first. Where it is not there yet, `ingest` is closed until it is.
    ///   - interval: between one look at the files and the next.
    ///   - listening: told the port.
    /// - Throws: `CommandError` when the files are there and are no certificate and its key.
    package init(
        _ ingest: StreamIngest, at address: ListeningAddress, certificate: LocalFile, key: LocalFile, interval: Duration = .seconds(10),
        logger: Logger, surroundings: Surroundings = .system, listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        let serving = ServingCertificate(certificate: certificate, key: key)
        let isThere = certificate.exists && key.exists
        if isThere, case .unusable(let problem) = serving.look() {
            throw CommandError("--streams-certificate, --streams-key: \(problem)")
        }
        if !isThere {
            ingest.close(because: "it has no certificate for them yet (\(certificate.path)); see docs/analysis.md")
            logger.warning(
                "agents can't tell what their hosts expose yet: there is no certificate; analyses of hosts will say so",
                metadata: ["certificate": "\(certificate.path)", "key": "\(key.path)"])
        }
        let router = Router()
        ingest.addRoute(to: router)
        application = Application(
            router: router,
            server: .abandonable { http in
                PreparedChannel(http) { channel in
                    ingest.connection(isOpen: true)
                    channel.closeFuture.whenComplete { _ in ingest.connection(isOpen: false) }
                    guard let context = serving.context else { throw Unprepared() }
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                }
            },
            configuration: .init(
                address: .hostname(address.host.isEmpty ? "::" : address.host, port: Int(address.port)), serverName: nil),
            onServerRunning: { listening($0.localAddress?.port ?? 0) }, logger: logger)
        self.certificate = serving
        self.ingest = ingest
        self.interval = interval
        self.logger = logger
        self.surroundings = surroundings
    }

    package func run() async throws {
        let isThere: Void? = try await untilGracefulShutdown {
            while self.certificate.context == nil {
                try await self.surroundings.sleep(self.interval)
                self.look()
            }
        }
        guard isThere != nil else { return }
        ingest.open()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.application.run()
                return true
            }
            group.addTask {
                _ = try await untilGracefulShutdown {
                    while true {
                        try await self.surroundings.sleep(self.interval)
                        self.look()
                    }
                }
                return false
            }
            defer { group.cancelAll() }
            while let isServer = try await group.next(), !isServer {}
        }
    }

    /// There is no certificate to show.
    private struct Unprepared: Error {}

    private func look() {
        switch certificate.look() {
        case .same: break
        case .renewed: logger.info("the certificate that agents are shown was read")
        case .unusable(let problem):
            logger.warning("the certificate that agents are shown can't be renewed; will look again", metadata: ["error": "\(problem)"])
        }
    }
}

import ControllerCommand
import Controllers
import Glibc
import HTTPTransport
import KubeClient
import Logging
import OCI
import ProgramOptions
import Stations
import Telemetry
import Verification

/// The controller with the server that agents tell, in a process of its own that says every half second what it has used, and how streams stand.
struct MeasuredController {
    var directory: String
    /// Where agents tell it; 0 for any.
    var port: UInt16

    func run() async throws {
        let configuration = try ClientConfiguration.infer(kubeconfig: directory + "/kubeconfig")
        let transport = HTTPClient(
            .init(trustedAuthorities: configuration.certificateAuthority.map { Array($0.utf8) }, proxy: .none, userAgent: "streams"))
        let logger = Self.logger
        let telemetry = TelemetrySystem(
            descriptions: ControllerMetricNames.all.map { .init($0.name, $0.help) }, export: nil, transport: transport, logger: logger)
        try await telemetry.run {
            let ingest = StreamIngest()
            let server = try StreamServer(
                ingest, at: ListeningAddress("127.0.0.1:\(port)"), certificate: LocalFile(directory + "/tls.crt"),
                key: LocalFile(directory + "/tls.key"), logger: logger, listening: { say("port \($0)") })
            let services = ControllerServices(
                client: try Client(configuration, transport: transport, userAgent: "graft-controller"),
                artifacts: Shelf(layout: try ImageLayout(creating: directory + "/layout")),
                configuration: ControllerConfiguration(identity: "controller-\(getpid())"),
                streams: ingest, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                group.addTask { try await server.run() }
                group.addTask {
                    while true {
                        say(Usage.line(of: telemetry.registry))
                        try await Task.sleep(for: .milliseconds(500))
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}

extension MeasuredController {
    fileprivate static var logger: Logger {
        var logger = Logger(label: "controller")
        logger.logLevel = .warning
        return logger
    }
}

/// Modules in a layout on disk, found under any registry's name.
private struct Shelf: ArtifactLocator {
    let layout: ImageLayout

    func source(of reference: Reference) -> any ArtifactSource { layout }
}

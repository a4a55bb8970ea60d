import Controllers
import HTTPTransport
import KubeClient
import Logging
import OCI
import Stations
import Verification

/// The controller, in a process of its own that says every second what it has used.
struct MeasuredController {
    var kubeconfig: String
    var layout: String

    func run() async throws {
        let configuration = try ClientConfiguration.infer(kubeconfig: kubeconfig)
        let transport = HTTPClient(
            .init(trustedAuthorities: configuration.certificateAuthority.map { Array($0.utf8) }, proxy: .none, userAgent: "idle"))
        var logger = Logger(label: "controller")
        logger.logLevel = .warning
        let services = ControllerServices(
            client: try Client(configuration, transport: transport, userAgent: "graft-controller"),
            artifacts: Shelf(layout: try ImageLayout(creating: layout)), configuration: ControllerConfiguration(), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            group.addTask {
                while true {
                    print(Usage.line)
                    try await Task.sleep(for: .seconds(1))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// Modules in a layout on disk, found under any registry's name.
struct Shelf: ArtifactLocator {
    let layout: ImageLayout

    func source(of reference: Reference) -> any ArtifactSource { layout }
}

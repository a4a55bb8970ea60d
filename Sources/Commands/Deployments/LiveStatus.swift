import Glibc
import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ProgramOptions

/// Follows a deployment and its hosts by watches, and redraws when something changed.
struct LiveStatus {
    var target: DeploymentClient
    var hostClass: String
    var format: OutputOptions.Format

    /// - Returns: what it showed last.
    func run(untilSettled: Bool) async throws -> ModuleDeployment {
        let logger = Logger(label: "graft.status") { _ in SwiftLogNoOpLogHandler() }
        let deployments = Reflector(target.deployments, fields: ["metadata.name": target.name], logger: logger)
        let hosts = Reflector(Api<ModuleHost>(target.client), fields: ["spec.class": hostClass], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await deployments.run() }
            group.addTask { try await hosts.run() }
            defer { group.cancelAll() }
            try await deployments.store.waitUntilSynced()
            try await hosts.store.waitUntilSynced()
            return try await draw(deployments.store, hosts.store, untilSettled: untilSettled)
        }
    }

    private func draw(_ deployments: Store<ModuleDeployment>, _ hosts: Store<ModuleHost>, untilSettled: Bool) async throws
        -> ModuleDeployment
    {
        let key = ObjectKey(namespace: target.namespace, name: target.name)
        let screen = Screen()
        var shown: [String] = []
        var shownVersion: String?
        while true {
            guard let deployment = deployments.get(key) else { throw CommandError("ModuleDeployment \(key) was deleted") }
            switch format {
            case .text:
                let lines = StatusView(deployment, hosts: hosts.all(), now: Surroundings.system.wallTime()).lines
                if lines != shown { screen.show(lines, replacing: shown.count) }
                shown = lines
            case .json:
                if deployment.metadata.resourceVersion != shownVersion { screen.show([deployment.json.text()], replacing: 0) }
                shownVersion = deployment.metadata.resourceVersion
            }
            if untilSettled, deployment.isSettled { return deployment }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

extension ModuleDeployment {
    /// Whether the controller has seen the newest manifest and nothing moves any more.
    var isSettled: Bool {
        guard (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) else { return false }
        return status.phase == .healthy || status.phase == .degraded
    }
}

/// A terminal, or a file: lines are drawn over the last ones where that can be done.
struct Screen {
    let isTerminal = isatty(STDOUT_FILENO) == 1

    func show(_ lines: [String], replacing count: Int) {
        if isTerminal, count > 0 { print("\u{1B}[\(count)A\u{1B}[J", terminator: "") }
        if !isTerminal, count > 0 { print("") }
        print(lines.joined(separator: "\n"))
        fflush(nil)
    }
}

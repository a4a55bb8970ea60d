import GraftAPI
package import KubeClient
import KubeCore
package import KubeRuntime
package import Logging
import ServiceLifecycle
package import Verification

/// The controller: watches, decides and writes, while it leads.
package struct ControllerServices: Service {
    private let client: Client
    private let artifacts: any ArtifactLocator
    private let configuration: ControllerConfiguration
    private let checks: CheckConfiguration
    private let streams: StreamIngest?
    private let logger: Logger
    private let surroundings: Surroundings

    /// - Parameters:
    ///   - client: as whoever may write plans and revisions.
    ///   - checks: how what rollouts wait for outside of Graft is asked.
    ///   - streams: through which agents tell of their hosts, while this replica leads; nil: nobody does.
    package init(
        client: Client, artifacts: any ArtifactLocator, configuration: ControllerConfiguration, checks: CheckConfiguration = .none,
        streams: StreamIngest? = nil,
        logger: Logger, surroundings: Surroundings = .system
    ) {
        self.client = client
        self.artifacts = artifacts
        self.configuration = configuration
        self.checks = checks
        self.streams = streams
        self.logger = logger
        self.surroundings = surroundings
    }

    /// Runs until a graceful shutdown.
    /// - Throws: `LeadershipLost`, and `Fenced` when a newer leader has written: end the process.
    package func run() async throws {
        let stores = Stores(client, agentNamespace: configuration.agentNamespace, logger: logger, surroundings: surroundings)
        let leading: any Service
        if configuration.electsLeader {
            // Whoever was stopped, and goes on when another leads, finds out before it writes.
            let fence = WriteFence(surroundings: surroundings)
            leading = LeaderElection(
                client: client, namespace: configuration.namespace, name: "graft-controller", identity: configuration.identity,
                fence: fence, logger: logger, surroundings: surroundings
            ) { try await self.lead(stores, self.client.fenced(by: fence)) }
        } else {
            leading = Leading { try await self.lead(stores, self.client) }
        }
        try await run(stores, leading)
    }

    /// Watches end at once at a graceful shutdown; the work comes to its end and gives the lease up before the rest is cancelled.
    private func run(_ stores: Stores, _ leading: any Service) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for service in stores.services {
                group.addTask {
                    try await service.run()
                    return false
                }
            }
            group.addTask {
                try await leading.run()
                return true
            }
            defer { group.cancelAll() }
            while let isWork = try await group.next(), !isWork {}
        }
    }

    /// - Parameter client: what everything is written with.
    private func lead(_ stores: Stores, _ client: Client) async throws {
        // The watches end at a graceful shutdown, perhaps before they have seen anything.
        guard try await untilGracefulShutdown({ try await stores.waitUntilSynced() }) != nil else { return }
        let epoch = (stores.plans.store.all().map(\.spec.epoch).max() ?? 0) + 1
        logger.info("the controller works", metadata: ["epoch": "\(epoch)", "deployments": "\(stores.deployments.store.count)"])
        let events = EventRecorder(
            client: client, controller: "graft.dev/controller", instance: configuration.identity, logger: logger, surroundings: surroundings
        )
        let work = DeploymentWork(
            client: client, artifacts: artifacts, configuration: configuration, checks: checks, stores: stores, events: events,
            epoch: epoch, streams: streams, logger: logger, surroundings: surroundings)
        // What the last reconcile tells is written, too, while we lead.
        try await events.whileWriting { try await work.run() }
    }
}

/// Work without an election.
private struct Leading: Service {
    var work: @Sendable () async throws -> Void

    func run() async throws { try await work() }
}

import GraftAPI
package import HTTPCore
package import KubeClient
package import KubeRuntime
package import Logging
import ServiceLifecycle
package import Verification

/// One agent: its slots, its heartbeat, its reports. Without threads of its own, so that hundreds fit in a process.
package struct AgentServices: Service {
    private let host: HostState
    private let reporter: HostReporter
    private let heartbeat: Heartbeat
    private let runners: [SlotRunner]
    private let lock: FileHandle
    private let fetcher: RevisionFetcher
    private let verifier: RevisionVerifier
    let streams: StreamReporter?
    private let logger: Logger
    private let surroundings: Surroundings

    /// Opens journal and store, and takes up what they hold.
    /// - Parameters:
    ///   - client: of the API server, as this agent.
    ///   - artifacts: where artifacts are read from.
    ///   - transport: to the host's hooks and probes.
    ///   - driver: of a slot; nil takes the one its configuration describes.
    ///   - sources: nil watches the cluster for this agent alone.
    ///   - disk: through which all files are changed.
    ///   - uplink: where the host's changes are told; nil tells them nobody.
    /// - Throws: `ConfigurationError`, `FileError`.
    package init(
        client: Client, artifacts: any ArtifactLocator, configuration: AgentConfiguration,
        transport: any Transport, driver: (_ slot: String) -> (any Driver)? = { _ in nil }, sources: AgentSources? = nil,
        disk: Disk = .real, uplink: StreamUplink? = nil, logger: Logger, surroundings: Surroundings = .system
    ) throws {
        try configuration.check()
        var logger = logger
        logger[metadataKey: "host"] = "\(configuration.hostName)"
        let state = configuration.stateDirectory
        try disk.makeDirectories(state)
        lock = try disk.openForAppending("\(state)/lock")
        guard lock.lock() else {
            throw ConfigurationError("\(state) is in use by another agent; give each agent a stateDirectory of its own")
        }
        let store = try ContentStore(path: "\(state)/store", disk: disk)
        let journal = try Journal(path: "\(state)/journal", disk: disk)
        if journal.damagedLines > 0 {
            logger.warning("the journal had damaged lines, which were skipped", metadata: ["lines": "\(journal.damagedLines)"])
        }
        let sources =
            sources
            ?? .watching(
                client, hostClass: configuration.hostClass, hostName: configuration.hostName, logger: logger, surroundings: surroundings)
        let host = HostState(configuration: configuration, sources: sources)
        let driverLogger = logger
        let drivers = try configuration.slots.map { slot -> any Driver in
            if let given = driver(slot.name) { return given }
            if let settings = slot.socket {
                return try SocketDriver(slot: slot.name, settings: settings, disk: disk, logger: driverLogger, surroundings: surroundings)
            }
            guard let settings = slot.directory else {
                throw ConfigurationError("slots[\(slot.name)]: neither a directory nor a socket, and no driver was given")
            }
            return try DirectoryDriver(
                slot: slot.name, settings: settings, disk: disk, transport: transport, surroundings: surroundings)
        }
        let features = drivers.reduce(into: drivers[0].features) { $0.formIntersection($1.features) }.union(AgentFeature.all)
        let reporter = HostReporter(
            client: client, configuration: configuration, features: features, contact: host.contact, hosts: host.sources.hosts,
            logger: logger, surroundings: surroundings)
        let fetcher = RevisionFetcher(store: store, artifacts: artifacts, limit: configuration.largestArtifact)
        self.fetcher = fetcher
        self.host = host
        self.reporter = reporter
        heartbeat = Heartbeat(
            client: client, namespace: configuration.leaseNamespace, name: configuration.leaseName, contact: host.contact,
            logger: logger, surroundings: surroundings)
        let runLogger = logger
        let metrics = SlotMetrics(host: configuration.hostName)
        verifier = RevisionVerifier(store: store, host: configuration)
        streams = uplink.map { uplink in
            StreamReporter(
                host: host, drivers: Dictionary(uniqueKeysWithValues: zip(configuration.slots.map(\.name), drivers)),
                scraper: configuration.metrics.map { HostScraper(settings: $0, transport: transport) }, uplink: uplink,
                session: Self.session(surroundings), logger: runLogger, surroundings: surroundings)
        }
        self.logger = logger
        self.surroundings = surroundings
        runners = zip(configuration.slots, drivers).map { slot, driver in
            SlotRunner(
                slot, host: host, driver: driver, store: store, fetcher: fetcher, journal: journal, logger: runLogger,
                surroundings: surroundings, tampered: { metrics.tampered(slot.name) },
                report: {
                    metrics.report($0)
                    reporter.report($0)
                })
        }
    }

    /// Another for each start.
    private static func session(_ surroundings: Surroundings) -> String {
        String((0..<4).map { _ in String(UInt32(surroundings.random() * 0x1p32), radix: 36) }.joined(separator: "."))
    }

    /// Runs until the graceful shutdown or its cancellation. What is under way is written down and taken up at the next start;
    /// hosts go on serving.
    package func run() async throws {
        let reporter = reporter
        let subscriptions = host.subscribe { isGone in if isGone { reporter.hostIsGone() } }
        defer { for subscription in subscriptions { subscription.cancel() } }
        let runners = runners
        let trust = TrustWatch(host: host, verifier: verifier, logger: logger, surroundings: surroundings) {
            for runner in runners { runner.inspect() }
        }
        let signatures = SignatureWatch(host: host, fetcher: fetcher, logger: logger, surroundings: surroundings)
        let services: [any Service] =
            host.sources.services + [reporter, heartbeat, SyncWatch(host: host), trust, signatures] + runners
            + runners.flatMap(\.driver.services) + [streams].compactMap(\.self)
        _ = try await untilGracefulShutdown { try await Concurrently(services).run() }
    }
}

/// Wakes the slots once all caches are full: an empty cluster shows no change that would.
private struct SyncWatch: Service {
    let host: HostState

    func run() async throws {
        try await host.sources.plans.waitUntilSynced()
        try await host.sources.trust.waitUntilSynced()
        try await host.sources.quarantines.waitUntilSynced()
        try await host.sources.hosts.waitUntilSynced()
        host.wakeAll()
    }
}

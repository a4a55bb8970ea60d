import GraftAPI
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization
import Verification

/// One leader's term: the deployment controller, and who is alive.
struct DeploymentWork: Sendable {
    private let controller: Controller<ObjectKey>
    private let liveness: HostLiveness
    private let trustRoots: any Service
    private let besides: [any Service]
    private let fence: Fence
    private let hostMetrics: HostMetrics
    private let subscriptions: [Subscription]
    private let streams: StreamIngest?
    private let streamTerm: StreamIngest.Term?

    init(
        client: Client, artifacts: any ArtifactLocator, configuration: ControllerConfiguration, checks: CheckConfiguration, stores: Stores,
        events: EventRecorder, epoch: Int64, streams: StreamIngest?, logger: Logger, surroundings: Surroundings
    ) {
        let wake = Doorbell()
        let guardsTurned = Doorbell()
        let journal = HostJournal()
        let hostMetrics = HostMetrics()
        let liveness = HostLiveness(leases: stores.leases.store, surroundings: surroundings) { nodes in
            for node in nodes {
                for host in stores.hosts.store.objects(Stores.hostNode, node) {
                    journal.note(host.key, ofClass: host.spec.hostClass)
                    wake.ring(stores.deployments(meaning: host))
                    hostMetrics.place(host.key, in: stores.hosts.store)
                }
            }
        }
        let trust = TrustView(policies: stores.policies.store, roots: stores.roots.store)
        let resolver = ModuleResolver(artifacts: artifacts, monotonic: surroundings.now)
        let signatures = SignatureMemory()
        let book = CheckBook(limit: checks.concurrency, prometheus: checks.prometheus, wallTime: surroundings.wallTime) {
            stores.analyses.store.get($0)?.spec
        }
        let reconciler = DeploymentReconciler(
            stores: stores, liveness: liveness, resolver: resolver, memory: ResolutionMemory(),
            turns: ResolutionTurns(workers: configuration.workers) { wake.ring([$0]) }, signatures: signatures,
            descriptors: DescriptorCache(), trust: trust, hostLimit: HostLimit(), journal: journal, fleets: FleetCache(),
            zones: ZoneDatabase(directory: configuration.zoneDirectory),
            budgets: BudgetLedger { guardsTurned.ring($0.map { ObjectKey(name: $0) }) }, wake: { wake.ring($0) }, checks: book,
            verbs: ObeyedVerbs(), writtenPlans: Written(stores.plans.store), writtenRevisions: Written(stores.revisions.store),
            writtenQuarantines: Written(stores.quarantines.store),
            plans: PlanPublisher(api: Api(client), epoch: epoch), revisions: RevisionPublisher(api: Api(client)),
            quarantines: QuarantinePublisher(api: Api(client)),
            statuses: StatusPublisher(
                api: Api(client), store: stores.deployments.store, interval: configuration.statusInterval, surroundings: surroundings),
            deployments: Api(client), events: events, configuration: configuration, leaderSince: surroundings.wallTime(), logger: logger,
            surroundings: surroundings)
        hostMetrics.connect { liveness.state(ofNode: $0).isReady }
        self.hostMetrics = hostMetrics
        // Before the first reconcile, and from stores that are synced.
        subscriptions =
            [
                liveness.begin(),
                stores.hosts.store.subscribe { change in
                    // The first reconcile of each deployment sees all hosts; later ones wait for the others of a wave.
                    for hostClass in Set([change.old, change.new].compactMap(\.?.spec.hostClass)) {
                        journal.note(change.key, ofClass: hostClass)
                    }
                    if !change.isInitial { wake.ring(stores.deployments(meaning: change.object, before: change.old)) }
                    for host in Self.neighbours(judgedAnewBy: change, stores) {
                        journal.note(host.key, ofClass: host.spec.hostClass)
                        wake.ring(stores.deployments(meaning: host))
                    }
                },
                reconciler.writtenPlans.follow(), reconciler.writtenRevisions.follow(), reconciler.writtenQuarantines.follow(),
                stores.deployments.store.show(DeploymentMetrics.gauges),
            ] + hostMetrics.follow(stores.hosts.store) + trust.follow { wake.ring(stores.deployments.store.keys) }
        let fence = Fence(surroundings)
        let aborts = AbortCalls()
        controller = Controller(
            "deployment", triggers: Self.triggers(stores), workers: configuration.workers,
            generation: { key in
                guard let deployment = stores.deployments.store.get(key) else {
                    aborts.forget(key)
                    return nil
                }
                return aborts.generation(of: deployment)
            }, logger: logger, surroundings: surroundings
        ) { key in
            do {
                return try await reconciler.reconcile(key)
            } catch let error as Fenced {
                fence.close(error)
                return .awaitChange
            }
        }
        self.streams = streams
        let board = streams.map { _ in
            StreamBoard(
                deployment: { stores.deployments.store.get($0)?.spec }, isReady: { liveness.state(ofNode: $0).isReady },
                window: configuration.streamWindow, surroundings: surroundings)
        }
        streamTerm = board.map { board in
            StreamIngest.Term(tokens: AgentTokens(client: client, surroundings: surroundings), board: board) {
                stores.hosts.store.get(ObjectKey(name: $0))
            }
        }
        let means = SignatureSearch.Means(
            revision: { reconciler.writtenRevisions.newest($0) },
            keep: { revision, judgement in
                reconciler.writtenRevisions.remember(
                    try await reconciler.revisions.setEvidence(judgement, of: revision, now: surroundings.wallTime()))
            }, found: { revision in wake.ring([Stores.deployment(of: revision)].compactMap(\.self)) })
        let told = HostsSource(board: board) { streams?.problem }
        var checks = checks
        (checks.hosts, checks.samples) = (checks.hosts ?? told, checks.samples ?? told)
        besides =
            [
                SignatureSearch(
                    signatures, resolver: resolver, trust: trust, interval: configuration.refusalRetry, means: means, logger: logger,
                    surroundings: surroundings),
                TrustRootWatch(
                    stores.roots.store, trust: trust, api: Api(client), events: events, logger: logger, surroundings: surroundings),
                GuardWatch(
                    reconciler, turned: guardsTurned, api: Api(client), events: events, interval: configuration.statusInterval,
                    logger: logger, surroundings: surroundings),
                CheckPerformer(
                    book, analyses: stores.analyses.store,
                    means: .init(checks, hosts: stores.hosts(running:), logger: logger, surroundings: surroundings),
                    workers: checks.concurrency, logger: logger, surroundings: surroundings, news: { wake.ring([$0]) }),
            ] + [board].compactMap(\.self)
        wake.connect { [controller] in controller.enqueue($0, after: Self.gathering) }
        self.liveness = liveness
        trustRoots = trust.loader(client, logger: logger, surroundings: surroundings)
        self.fence = fence
    }

    /// Hosts of a wave report nearly at once: what they report within this time is decided on together.
    private static let gathering = Duration.milliseconds(50)

    func run() async throws {
        if let streamTerm { streams?.begin(streamTerm) }
        defer {
            streams?.end()
            for subscription in subscriptions { subscription.cancel() }
            hostMetrics.end()
        }
        // At a graceful shutdown the first three end at once, and the controller when it has finished what it is at.
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await liveness.run()
                return false
            }
            group.addTask {
                _ = try await untilGracefulShutdown { try await trustRoots.run() }
                return false
            }
            group.addTask {
                try await fence.wait()
                return false
            }
            for service in besides {
                group.addTask {
                    try await service.run()
                    return false
                }
            }
            group.addTask {
                try await controller.run()
                return true
            }
            defer { group.cancelAll() }
            while let isWork = try await group.next(), !isWork {}
        }
    }

    /// Whether a host counts depends on how many are on its node.
    private static func neighbours(judgedAnewBy change: Change<ModuleHost>, _ stores: Stores) -> [ModuleHost] {
        guard change.old?.spec.nodeName != change.new?.spec.nodeName else { return [] }
        let left = change.old.map { HostLimit.newlyCounted(without: $0, in: stores.hosts.store) } ?? []
        return left + (change.new.map { HostLimit.crowd(of: $0, in: stores.hosts.store) } ?? [])
    }

    private static func triggers(_ stores: Stores) -> [Trigger<ObjectKey>] {
        return [
            .changes(of: stores.deployments.store) { change in
                // Statuses concern nobody else, and at first everyone looks anyway.
                let isStatusOnly = change.old.map { $0.metadata.generation == change.new?.metadata.generation } ?? false
                // Others of its set follow one that goes back.
                let hasTurned = change.old.map { $0.status.rollout?.id != change.new?.status.rollout?.id } ?? false
                let followers = hasTurned ? change.new.map { stores.members(ofSetOf: $0).map(\.key) } ?? [] : []
                if isStatusOnly || change.isInitial { return [change.key] + followers }
                return [change.key] + stores.deployments(besides: change)
            },
            .changes(of: stores.plans.store) { [$0.key] },
            .changes(of: stores.revisions.store) { Stores.deployment(of: $0.object).map { [$0] } ?? [] },
            // One that is gone, or covers others by now, may have held any of them.
            .changes(of: stores.guards.store) { change in
                let isStatusOnly = change.old.map { $0.spec == change.new?.spec && $0.problems == change.new?.problems } ?? false
                return isStatusOnly ? [] : stores.deployments.store.keys
            },
            .changes(of: stores.quarantines.store) { change in
                stores.revisions.store.all().filter { $0.spec.digest == change.object.spec.digest }.compactMap(Stores.deployment(of:))
            },
        ]
    }
}

/// Closed once by whoever finds out that another controller leads; ends the term.
private final class Fence: Sendable {
    private let error = Mutex<Fenced?>(nil)
    private let closed = Wake()
    private let surroundings: Surroundings

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    func close(_ fenced: Fenced) {
        error.withLock { $0 = $0 ?? fenced }
        closed.wake()
    }

    func wait() async throws {
        _ = try await untilGracefulShutdown {
            while true {
                if let fenced = self.error.withLock({ $0 }) { throw fenced }
                try await self.closed.wait(atMost: nil, self.surroundings)
            }
        }
    }
}

import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle

/// Everything that is watched, read from memory without waiting.
struct Stores: Sendable {
    let deployments: Reflector<ModuleDeployment>
    let revisions: Reflector<ModuleRevision>
    let plans: Reflector<ModulePlan>
    let hosts: Reflector<ModuleHost>
    let policies: Reflector<VerificationPolicy>
    let roots: Reflector<TrustRoot>
    let quarantines: Reflector<ModuleQuarantine>
    let guards: Reflector<RolloutGuard>
    let analyses: Reflector<ModuleAnalysis>
    let leases: Reflector<Lease>

    /// `class` of hosts and of deployments.
    static let hostClass = StoreIndex<ModuleHost>("class") { [$0.spec.hostClass] }
    static let hostNode = StoreIndex<ModuleHost>("node", crowd: HostLimit.perNode) { [$0.spec.nodeName] }
    static let deploymentClass = StoreIndex<ModuleDeployment>("class") { [$0.spec.hostClass] }
    /// Deployments that may claim the same slot of the same hosts.
    static let deploymentSlot = StoreIndex<ModuleDeployment>("slot") { [Self.slot(of: $0)] }
    /// `namespace/name` of the deployment that a revision is of.
    static let deploymentOfRevision = StoreIndex<ModuleRevision>("deployment") { [Self.deployment(of: $0)?.description].compactMap(\.self) }
    /// Revisions that need other modules beside them, by the class of their hosts.
    static let needyRevision = StoreIndex<ModuleRevision>("needs") { Self.needsOthers($0) ? [$0.spec.hostClass] : [] }
    /// Namespace and name of the set that a deployment is in.
    static let deploymentSet = StoreIndex<ModuleDeployment>("set") { [Self.set(of: $0)].compactMap(\.self) }
    static let quarantinedDigest = StoreIndex<ModuleQuarantine>("digest") { [$0.spec.digest] }

    init(_ client: Client, agentNamespace: String, logger: Logger, surroundings: Surroundings) {
        func reflector<R: Resource>(_ api: Api<R>, _ indices: [StoreIndex<R>] = []) -> Reflector<R> {
            Reflector(api, indices: indices, trim: StoreTrimming.trim, logger: logger, surroundings: surroundings)
        }
        deployments = reflector(Api(client), [Self.deploymentClass, Self.deploymentSlot, Self.deploymentSet])
        let descriptors = StoreTrimming.Descriptors()
        revisions = Reflector(
            Api(client), indices: [Self.deploymentOfRevision, Self.needyRevision], trim: { StoreTrimming.trim(&$0, sharing: descriptors) },
            logger: logger, surroundings: surroundings)
        plans = reflector(Api(client))
        hosts = reflector(Api(client), [Self.hostClass, Self.hostNode])
        policies = reflector(Api(client))
        roots = reflector(Api(client))
        quarantines = reflector(Api(client), [Self.quarantinedDigest])
        analyses = reflector(Api(client))
        guards = reflector(Api(client))
        leases = reflector(Api(client, namespace: agentNamespace))
    }

    var services: [any Service] { [deployments, revisions, plans, hosts, policies, roots, quarantines, analyses, guards, leases] }

    /// The deployment that a revision is of, by its label.
    static func deployment(of revision: ModuleRevision) -> ObjectKey? {
        revision.metadata.labels[GraftAPI.deploymentLabel].map { ObjectKey(namespace: revision.metadata.namespace, name: $0) }
    }

    /// Class and slot.
    static func slot(of deployment: ModuleDeployment) -> String { "\(deployment.spec.hostClass) \(deployment.spec.slot)" }

    static func set(of deployment: ModuleDeployment) -> String? {
        deployment.spec.set.map { "\(deployment.metadata.namespace ?? "")/\($0)" }
    }

    /// Whether a revision needs other modules beside it.
    static func needsOthers(_ revision: ModuleRevision) -> Bool { !(revision.spec.descriptor["needs"]?.array?.isEmpty ?? true) }

    /// Others that a change of a deployment means something to: those that may gain or lose a slot by it, those of its set, and, where any module
    /// of the class needs another, all of the class.
    func deployments(besides change: Change<ModuleDeployment>) -> [ObjectKey] {
        let states = [change.old, change.new].compactMap(\.self)
        let needy = Set(states.map(\.spec.hostClass)).filter { revisions.store.count(Self.needyRevision, $0) > 0 }
        var others = needy.flatMap { deployments.store.objects(Self.deploymentClass, $0) }.map(\.key)
        if SlotClaims.haveDifferentClaims(change.old, change.new) {
            for deployment in states {
                let rivals = deployments.store.objects(Self.deploymentSlot, Self.slot(of: deployment))
                others += rivals.filter { !SlotClaims.areDisjoint($0.spec.selector, deployment.spec.selector) }.map(\.key)
            }
        }
        if change.old?.spec.set != change.new?.spec.set { others += states.flatMap(members(ofSetOf:)).map(\.key) }
        return others
    }

    /// Deployments whose selector takes a host in, or took it in before.
    func deployments(meaning host: ModuleHost, before old: ModuleHost? = nil) -> [ObjectKey] {
        deployments.store.objects(Self.deploymentClass, host.spec.hostClass).filter { deployment in
            let selector = deployment.spec.selector
            return selector.matches(host.metadata.labels) || old.map { selector.matches($0.metadata.labels) } ?? false
        }.map(\.key)
    }

    func waitUntilSynced() async throws {
        try await deployments.store.waitUntilSynced()
        try await revisions.store.waitUntilSynced()
        try await plans.store.waitUntilSynced()
        try await hosts.store.waitUntilSynced()
        try await policies.store.waitUntilSynced()
        try await roots.store.waitUntilSynced()
        try await quarantines.store.waitUntilSynced()
        try await guards.store.waitUntilSynced()
        try await analyses.store.waitUntilSynced()
        try await leases.store.waitUntilSynced()
    }
}

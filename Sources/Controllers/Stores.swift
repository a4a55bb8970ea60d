import GraftAPI
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
    static let hostNode = StoreIndex<ModuleHost>("node") { [$0.spec.nodeName] }
    static let deploymentClass = StoreIndex<ModuleDeployment>("class") { [$0.spec.hostClass] }
    /// `namespace/name` of the deployment that a revision is of.
    static let deploymentOfRevision = StoreIndex<ModuleRevision>("deployment") { [Self.deployment(of: $0)?.description].compactMap(\.self) }
    static let quarantinedDigest = StoreIndex<ModuleQuarantine>("digest") { [$0.spec.digest] }

    init(_ client: Client, agentNamespace: String, logger: Logger, surroundings: Surroundings) {
        func reflector<R: Resource>(_ api: Api<R>, _ indices: [StoreIndex<R>] = []) -> Reflector<R> {
            Reflector(api, indices: indices, logger: logger, surroundings: surroundings)
        }
        deployments = reflector(Api(client), [Self.deploymentClass])
        revisions = reflector(Api(client), [Self.deploymentOfRevision])
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

    /// Deployments that a change of a host may concern.
    func deployments(ofClass hostClass: String) -> [ObjectKey] {
        deployments.store.objects(Self.deploymentClass, hostClass).map(\.key)
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

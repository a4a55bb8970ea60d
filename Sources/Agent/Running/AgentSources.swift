package import GraftAPI
package import KubeClient
package import KubeCore
package import KubeRuntime
package import Logging
package import ServiceLifecycle
package import Verification

/// Where an agent reads what it needs to know of the cluster. Each agent watches for itself; many in one process may share.
package struct AgentSources: Sendable {
    package var plans: Store<ModulePlan>
    package var trust: TrustView
    package var quarantines: Store<ModuleQuarantine>
    /// Holds at least the agent's own host: its labels, and whether it is held.
    package var hosts: Store<ModuleHost>
    package var revision: @Sendable (ObjectKey) async throws -> ModuleRevision
    /// What keeps the stores up to date, to be run beside the agent.
    package var services: [any Service]

    package init(
        plans: Store<ModulePlan>, trust: TrustView, quarantines: Store<ModuleQuarantine>, hosts: Store<ModuleHost>,
        revision: @escaping @Sendable (ObjectKey) async throws -> ModuleRevision, services: [any Service] = []
    ) {
        self.plans = plans
        self.trust = trust
        self.quarantines = quarantines
        self.hosts = hosts
        self.revision = revision
        self.services = services
    }

    /// Plans of the agent's class, all policies, roots and quarantines, and its own host.
    /// - Parameter hostName: nil watches all hosts, for sources that many agents share.
    package static func watching(
        _ client: Client, hostClass: String, hostName: String?, logger: Logger, surroundings: Surroundings = .system
    ) -> AgentSources {
        let plans = Reflector(
            Api<ModulePlan>(client), fields: ["spec.class": hostClass], logger: logger, surroundings: surroundings)
        let policies = Reflector(Api<VerificationPolicy>(client), logger: logger, surroundings: surroundings)
        let roots = Reflector(Api<TrustRoot>(client), logger: logger, surroundings: surroundings)
        let trust = TrustView(policies: policies.store, roots: roots.store)
        let quarantines = Reflector(Api<ModuleQuarantine>(client), logger: logger, surroundings: surroundings)
        let hosts = Reflector(
            Api<ModuleHost>(client), fields: hostName.map { ["metadata.name": $0] }, logger: logger, surroundings: surroundings)
        let revisions = Api<ModuleRevision>(client)
        return AgentSources(
            plans: plans.store, trust: trust, quarantines: quarantines.store, hosts: hosts.store,
            revision: { try await revisions.get($0) },
            services: [plans, policies, roots, quarantines, hosts, trust.loader(client, logger: logger, surroundings: surroundings)])
    }

    var isSynced: Bool { plans.isSynced && trust.isSynced && quarantines.isSynced && hosts.isSynced }
}

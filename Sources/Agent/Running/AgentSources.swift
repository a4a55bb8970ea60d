package import GraftAPI
package import KubeClient
package import KubeCore
package import KubeRuntime
package import Logging
package import ServiceLifecycle

/// Where an agent reads what it needs to know of the cluster. Each agent watches for itself; many in one process may share.
package struct AgentSources: Sendable {
    package var plans: Store<ModulePlan>
    package var policies: Store<VerificationPolicy>
    package var quarantines: Store<ModuleQuarantine>
    /// Holds at least the agent's own host: its labels, and whether it is held.
    package var hosts: Store<ModuleHost>
    package var revision: @Sendable (ObjectKey) async throws -> ModuleRevision
    /// What keeps the stores up to date, to be run beside the agent.
    package var services: [any Service]

    package init(
        plans: Store<ModulePlan>, policies: Store<VerificationPolicy>, quarantines: Store<ModuleQuarantine>, hosts: Store<ModuleHost>,
        revision: @escaping @Sendable (ObjectKey) async throws -> ModuleRevision, services: [any Service] = []
    ) {
        self.plans = plans
        self.policies = policies
        self.quarantines = quarantines
        self.hosts = hosts
        self.revision = revision
        self.services = services
    }

    /// Plans of the agent's class, all policies and quarantines, and its own host.
    /// - Parameter hostName: nil watches all hosts, for sources that many agents share.
    package static func watching(
        _ client: Client, hostClass: String, hostName: String?, logger: Logger, surroundings: Surroundings = .system
    ) -> AgentSources {
        let plans = Reflector(
            Api<ModulePlan>(client), fields: ["spec.class": hostClass], logger: logger, surroundings: surroundings)
        let policies = Reflector(Api<VerificationPolicy>(client), logger: logger, surroundings: surroundings)
        let quarantines = Reflector(Api<ModuleQuarantine>(client), logger: logger, surroundings: surroundings)
        let hosts = Reflector(
            Api<ModuleHost>(client), fields: hostName.map { ["metadata.name": $0] }, logger: logger, surroundings: surroundings)
        let revisions = Api<ModuleRevision>(client)
        return AgentSources(
            plans: plans.store, policies: policies.store, quarantines: quarantines.store, hosts: hosts.store,
            revision: { try await revisions.get($0) }, services: [plans, policies, quarantines, hosts])
    }

    var isSynced: Bool { plans.isSynced && policies.isSynced && quarantines.isSynced && hosts.isSynced }
}

import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Rollout
import Trust
import Verification

/// Brings one ModuleDeployment where it should be: gathers what is observed, decides by `RolloutEngine`, applies the plan, then the status.
struct DeploymentReconciler: Sendable {
    let stores: Stores
    let liveness: HostLiveness
    let resolver: ModuleResolver
    let memory: ResolutionMemory
    let turns: ResolutionTurns
    let signatures: SignatureMemory
    let descriptors: DescriptorCache
    let trust: TrustView
    let hostLimit: HostLimit
    let journal: HostJournal
    let fleets: FleetCache
    let zones: ZoneDatabase
    let budgets: BudgetLedger
    /// Has deployments reconciled soon.
    let wake: @Sendable ([ObjectKey]) -> Void
    let checks: CheckBook
    let verbs: ObeyedVerbs
    let writtenPlans: Written<ModulePlan>
    let writtenRevisions: Written<ModuleRevision>
    let writtenQuarantines: Written<ModuleQuarantine>
    let plans: PlanPublisher
    let revisions: RevisionPublisher
    let quarantines: QuarantinePublisher
    let statuses: StatusPublisher
    let deployments: Api<ModuleDeployment>
    let events: EventRecorder
    let configuration: ControllerConfiguration
    let leaderSince: Timestamp
    let logger: Logger
    let surroundings: Surroundings

    func reconcile(_ key: ObjectKey) async throws -> Next {
        guard var deployment = stores.deployments.store.get(key) else {
            forget(key)
            return .awaitChange
        }
        let plan = writtenPlans.newest(key)
        try PlanPublisher.check(plan, epoch: plans.epoch)
        let predecessor = Self.predecessor(of: deployment, by: plan)
        if deployment.metadata.deletionTimestamp != nil { return try await release(deployment, predecessor == nil ? plan : nil) }
        if let plan, let predecessor { return try await awaitEnd(of: plan, ofDeployment: predecessor, before: deployment) }
        if deployment.spec.onRelease == .unload, !Finalizer(GraftAPI.finalizer).isPresent(on: deployment) {
            try await Finalizer(GraftAPI.finalizer).add(to: deployment, deployments)
            return .awaitChange  // our own write wakes us
        }
        if try await reject(deployment) { return .awaitChange }

        let moved = ModuleResolver.keepPlace(of: &deployment, plan)
        let (wanted, retryAfter) = if let moved { (Wanted.refused(moved), Duration?.none) } else { try await want(deployment) }
        let observation = observe(deployment, plan, wanted)
        let decision = conclude(observation, for: deployment)
        let statusDue = try await apply(decision, to: deployment, plan)
        perform(decision.status, of: deployment)
        try await prune(deployment, keeping: decision)
        return next(decision, retryAfter, statusDue)
    }

    private func next(_ decision: Decision, _ retryAfter: Duration?, _ statusDue: Duration?) -> Next {
        let wake = decision.wakeAt.map { max(.milliseconds(20), $0 - surroundings.wallTime()) }
        let soonest = [wake, retryAfter, statusDue].compactMap(\.self).min()
        return soonest.map { .after($0) } ?? .awaitChange
    }

    private func forget(_ key: ObjectKey) {
        memory.forget(key)
        turns.forget(key)
        signatures.forget(key)
        checks.forget(key)
        statuses.forget(key)
        writtenPlans.forget(key)
        verbs.forget(key)
        if let hostClass = fleets.forget(key) { journal.forget(hostClass) }
        wake(budgets.forget(key))
    }

    /// All revisions of a deployment, also those that the watch has not brought back yet.
    func revisions(of deployment: ModuleDeployment) -> [ModuleRevision] {
        var found: [ObjectKey: ModuleRevision] = [:]
        for revision in stores.revisions.store.objects(Stores.deploymentOfRevision, deployment.key.description) {
            found[revision.key] = writtenRevisions.newest(revision.key)
        }
        for revision in writtenRevisions.all(where: { Stores.deployment(of: $0) == deployment.key }) where found[revision.key] == nil {
            found[revision.key] = revision
        }
        // Those of an earlier deployment of the same name are on their way out.
        let ours = found.values.filter { revision in
            revision.metadata.ownerReferences.isEmpty || revision.metadata.ownerReferences.contains { $0.uid == deployment.metadata.uid }
        }
        return ours.sorted { $0.spec.number < $1.spec.number }
    }

    /// Consumes the annotation by which `graft undo` says that a revision is not wanted any more.
    private func reject(_ deployment: ModuleDeployment) async throws -> Bool {
        guard let name = deployment.metadata.annotations[GraftAPI.rejectAnnotation] else { return false }
        if revisions(of: deployment).contains(where: { $0.metadata.name == name }) {
            let message = "Undone: the manifest was set back from it."
            writtenRevisions.remember(
                try await revisions.setOutcome(.rejected, message, of: name, namespace: deployment.metadata.namespace))
        }
        try await remove([GraftAPI.rejectAnnotation], from: deployment)
        return true
    }

    /// Removes annotations; other ones that come meanwhile stay.
    /// - Returns: the deployment without them; nil when there was nothing to do.
    @discardableResult
    func remove(_ annotations: [String], from deployment: ModuleDeployment) async throws -> ModuleDeployment? {
        guard !annotations.isEmpty else { return nil }
        var nulls = JSONObject()
        for annotation in annotations { nulls[annotation] = .null }
        return try await deployments.scoped(to: deployment.metadata.namespace).mergePatch(
            deployment.metadata.name, ["metadata": ["annotations": .object(nulls)]] as JSON,
            preconditions: Preconditions(uid: deployment.metadata.uid), options: WriteOptions(manager: GraftAPI.controllerManager))
    }
}

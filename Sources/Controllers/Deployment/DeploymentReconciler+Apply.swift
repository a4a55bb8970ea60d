import GraftAPI
import KubeClient
import KubeCore
import KubeRuntime
import Rollout

extension DeploymentReconciler {
    /// Carries a decision out, in the order that loses nothing when it is cut off: effects, plan, status, verbs, events.
    /// - Returns: when the status may be written, if that had to wait.
    func apply(_ decision: Decision, to deployment: ModuleDeployment, _ current: ModulePlan?) async throws -> Duration? {
        for effect in decision.effects { try await apply(effect, to: deployment) }
        if let spec = decision.plan, spec != current?.spec {
            do {
                writtenPlans.remember(try await plans.publish(spec, for: deployment, current: current))
            } catch {
                writtenPlans.forget(deployment.key)  // whatever we believed of it was wrong
                throw error
            }
        }
        verbs.obeyed(decision.consumed, of: deployment)
        let due = try await statuses.publish(decision.status, of: deployment)
        if due == nil {
            // Not before the status tells what they did: cut off in between, they would be lost.
            let consumed = verbs.unremoved(from: deployment)
            if let without = try await remove(consumed, from: deployment) { verbs.removed(consumed, from: without) }
        }
        // Not of one version of it: the same said again is a series, and no event of its own.
        var regarding = ObjectReference(to: deployment)
        regarding.resourceVersion = nil
        for event in decision.events {
            events.record(
                event.isWarning ? .warning : .normal, reason: event.reason, action: event.action, note: event.note, regarding: regarding)
        }
        return due
    }

    private func apply(_ effect: Effect, to deployment: ModuleDeployment) async throws {
        switch effect {
        case .quarantine(let digest, let configHash, let namespace, let rollout, let reason):
            writtenQuarantines.remember(
                try await quarantines.publish(
                    digest: digest, configHash: configHash, namespace: namespace, reason: reason,
                    source: QuarantineSource(deployment: deployment.key.description, rollout: rollout)))
        case .outcome(let revision, let outcome, let message):
            writtenRevisions.remember(
                try await revisions.setOutcome(outcome, message, of: revision, namespace: deployment.metadata.namespace))
        }
    }

    /// Deletes the oldest revisions beyond the limit, never one that is in use.
    func prune(_ deployment: ModuleDeployment, keeping decision: Decision) async throws {
        let status = decision.status
        let inUse = Set(
            [
                status.stable?.revision, status.canary?.revision, status.previous?.revision, decision.plan?.stable?.revision,
                decision.plan?.canary?.revision, decision.plan?.previous?.revision,
            ].compactMap(\.self))
        let old = revisions(of: deployment).filter { !inUse.contains($0.metadata.name) && !isWanted($0, by: deployment) }
        for revision in old.dropLast(deployment.spec.revisionHistoryLimit) {
            try await revisions.api.scoped(to: revision.metadata.namespace).deleteIfPresent(
                revision.metadata.name, DeleteOptions(preconditions: Preconditions(uid: revision.metadata.uid)))
            writtenRevisions.forget(revision.key)
        }
    }

    private func isWanted(_ revision: ModuleRevision, by deployment: ModuleDeployment) -> Bool {
        revision.spec.source == deployment.spec.module && revision.spec.configHash == ConfigHash.of(deployment.spec.config)
    }

    /// A deployment that is being deleted: `Retain` leaves hosts as they are, `Unload` waits until they have unloaded, or a deadline.
    func release(_ deployment: ModuleDeployment, _ current: ModulePlan?) async throws -> Next {
        checks.forget(deployment.key)
        let finalizer = Finalizer(GraftAPI.finalizer)
        guard finalizer.isPresent(on: deployment) else { return .awaitChange }
        guard deployment.spec.onRelease == .unload, var spec = current?.spec else {
            try await finalizer.remove(from: deployment, deployments)
            return .awaitChange
        }
        spec.action = .unload
        spec.epoch = plans.epoch
        if spec != current?.spec { writtenPlans.remember(try await plans.publish(spec, for: deployment, current: current)) }
        let loaded = stores.hosts.store.objects(Stores.hostClass, deployment.spec.hostClass).filter { host in
            host.status.slots.contains { slot in
                slot.active != nil && slot.owner.name == deployment.metadata.name && slot.owner.namespace == deployment.metadata.namespace
            }
        }
        let alive = loaded.filter { liveness.state(ofNode: $0.spec.nodeName).isReady }
        let deadline = (deployment.metadata.deletionTimestamp ?? surroundings.wallTime()) + configuration.unloadDeadline
        guard alive.isEmpty || surroundings.wallTime() >= deadline else {
            var status = statuses.decided(deployment) ?? deployment.status
            status.observedGeneration = deployment.metadata.generation
            status.phase = .unloading
            status.message =
                "Waiting for \(alive.count) host\(alive.count == 1 ? "" : "s") to unload, \(alive[0].metadata.name) among them, until \(deadline)."
            let due = try await statuses.publish(status, of: deployment)
            return .after(min(due ?? .seconds(5), max(.milliseconds(100), deadline - surroundings.wallTime())))
        }
        try await finalizer.remove(from: deployment, deployments)
        return .awaitChange
    }
}

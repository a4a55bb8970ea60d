import Compatibility
import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import OCI
import Rollout
import Trust
import Verification

extension DeploymentReconciler {
    /// What the engine decides on, from memory alone.
    func observe(_ deployment: ModuleDeployment, _ plan: ModulePlan?, _ wanted: Wanted) -> Observation {
        let known = revisions(of: deployment)
        let rivals = stores.deployments.store.objects(Stores.deploymentSlot, Stores.slot(of: deployment))
        let status = statuses.decided(deployment) ?? deployment.status
        let orders = [deployment.spec.strategy.order, status.rollout?.order, plan?.spec.order].compactMap(\.self)
        var observation = Observation(
            deployment: deployment.key, uid: deployment.metadata.uid ?? "", generation: deployment.metadata.generation ?? 0,
            spec: deployment.spec, status: status, plan: plan.map { PlanFacts(uid: $0.metadata.uid ?? "", spec: $0.spec) }, wanted: wanted,
            revisions: facts(of: known, deployment, inUse: status, wanted),
            hosts: hosts(of: deployment, in: status.rollout, goingBy: orders.map(\.label), judging: relevant(known, status, wanted)),
            epoch: plans.epoch, leaderSince: leaderSince, now: surroundings.wallTime())
        observation.leaderGrace = configuration.leaderGrace
        observation.siblings = siblings(of: deployment)
        observation.checks = standing(status, of: deployment)
        observation.verbs = Verbs(annotations: verbs.fresh(deployment))
        observation.conflict = SlotClaims.conflict(
            of: deployment, among: rivals, hosts: { stores.hosts.store.objects(Stores.hostClass, deployment.spec.hostClass) },
            isClaimant: isClaimant)
        return observation
    }

    /// Whether a deployment has been planned, or policies let it be: who has neither claims no slot, or anyone could take them all from
    /// everyone by being first.
    private func isClaimant(_ deployment: ModuleDeployment) -> Bool {
        if writtenPlans.newest(deployment.key) != nil { return true }
        guard let reference = try? Reference(parsing: deployment.spec.module) else { return false }
        return trust.current.tenancy(ModuleResolver.delivery(of: deployment, reference.canonicalName)).isGranted
    }

    /// Descriptors of the revisions that hosts may be asked to run.
    private func relevant(
        _ known: [ModuleRevision], _ status: ModuleDeploymentStatus, _ wanted: Wanted
    ) -> [String: FleetCache.Judged] {
        let names = Set([wanted.revisionName, status.stable?.revision, status.canary?.revision].compactMap(\.self))
        var relevant: [String: FleetCache.Judged] = [:]
        for revision in known where names.contains(revision.metadata.name) {
            relevant[revision.metadata.name] = descriptors.descriptor(of: revision).map {
                .init(uid: revision.metadata.uid, descriptor: $0)
            }
        }
        return relevant
    }

    /// What lacks signatures and is in use is looked for in registries from now on.
    private func facts(
        of revisions: [ModuleRevision], _ deployment: ModuleDeployment, inUse status: ModuleDeploymentStatus, _ wanted: Wanted
    ) -> [RevisionFacts] {
        let generation = trust.generation
        let check = EvidenceCheck(policies: trust.current) { self.stores.policies.store.get(ObjectKey(name: $0))?.spec.onDistrust }
        let inUse = Set(
            [wanted.revisionName, status.stable?.revision, status.canary?.revision, status.previous?.revision].compactMap(\.self))
        var wants: [ObjectKey: EvidenceCheck.Want] = [:]
        defer { signatures.want(wants, for: deployment.key, generation: generation) }
        return revisions.map { revision in
            let repository = (try? Reference(parsing: revision.spec.source).canonicalName) ?? ""
            let finding = check.finding(
                on: revision, ModuleResolver.delivery(of: deployment, repository),
                look: signatures.look(at: revision.key, generation: generation))
            if inUse.contains(revision.metadata.name) { wants[revision.key] = finding.want }
            var facts = RevisionFacts(
                name: revision.metadata.name, number: revision.spec.number, digest: revision.spec.digest,
                configHash: revision.spec.configHash, version: revision.spec.version, source: revision.spec.source,
                outcome: revision.status.outcome, message: revision.status.message, quarantine: quarantine(of: revision),
                refusal: finding.refusal)
            facts.allowance = finding.allowance
            facts.withdrawal = finding.withdrawal
            facts.evidence = revision.status.evidence.first.map {
                "\(revision.spec.version) (\(revision.spec.digest)): signed by \($0.authority), as policy \($0.policy) demands."
            }
            return facts
        }
    }

    /// The strictest quarantine that covers a revision.
    private func quarantine(of revision: ModuleRevision) -> QuarantineFacts? {
        let namespace = revision.metadata.namespace ?? ""
        let seen = stores.quarantines.store.objects(Stores.quarantinedDigest, revision.spec.digest)
        let covering = (seen + writtenQuarantines.all { $0.spec.digest == revision.spec.digest }).filter {
            $0.spec.covers(digest: revision.spec.digest, configHash: revision.spec.configHash, namespace: namespace)
        }
        let strictest = covering.first { $0.spec.action == .evict } ?? covering.first
        return strictest.map {
            QuarantineFacts(name: $0.metadata.name, evicts: $0.spec.action == .evict, reason: $0.spec.reason)
        }
    }
}

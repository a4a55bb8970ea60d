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
        let hosts = counted(
            stores.hosts.store.objects(Stores.hostClass, deployment.spec.hostClass)
                .filter { deployment.spec.selector.matches($0.metadata.labels) })
        let others = stores.deployments.store.objects(Stores.deploymentClass, deployment.spec.hostClass)
        let status = statuses.decided(deployment) ?? deployment.status
        var observation = Observation(
            deployment: deployment.key, uid: deployment.metadata.uid ?? "", generation: deployment.metadata.generation ?? 0,
            spec: deployment.spec, status: status, plan: plan.map { PlanFacts(uid: $0.metadata.uid ?? "", spec: $0.spec) }, wanted: wanted,
            revisions: facts(of: known, deployment, inUse: status, wanted),
            hosts: facts(of: hosts, deployment, beside: others, judging: relevant(known, status, wanted)),
            epoch: plans.epoch, leaderSince: leaderSince, now: surroundings.wallTime())
        observation.siblings = siblings(of: deployment)
        observation.checks = standing(status, of: deployment)
        observation.verbs = Verbs(annotations: verbs.fresh(deployment))
        observation.conflict = SlotClaims.conflict(of: deployment, among: others, hosts: hosts, isClaimant: isClaimant)
        return observation
    }

    /// Whether a deployment has been planned, or policies let it be: who has neither claims no slot, or anyone could take them all from
    /// everyone by being first.
    private func isClaimant(_ deployment: ModuleDeployment) -> Bool {
        if writtenPlans.newest(deployment.key, in: stores.plans.store) != nil { return true }
        guard let reference = try? Reference(parsing: deployment.spec.module) else { return false }
        return trust.current.tenancy(ModuleResolver.delivery(of: deployment, reference.canonicalName)).isGranted
    }

    /// Hosts but those beyond the limit of their node, of which it tells once.
    private func counted(_ hosts: [ModuleHost]) -> [ModuleHost] {
        let uncounted = HostLimit.uncounted(in: stores.hosts.store)
        for host in hostLimit.untold(of: uncounted) {
            let node = host.spec.nodeName
            logger.warning("a node has too many hosts", metadata: ["node": "\(node)", "host": "\(host.metadata.name)"])
            events.record(
                .warning, reason: "TooManyHosts", action: "Count",
                note:
                    "node \(node) has more than \(HostLimit.perNode) ModuleHosts; \(host.metadata.name) is not counted, as the others are "
                    + "older. Delete those that nobody uses, or let fewer agents run on the node.",
                regarding: ObjectReference(to: host))
        }
        guard !uncounted.isEmpty else { return hosts }
        let names = Set(uncounted.map(\.metadata.name))
        return hosts.filter { !names.contains($0.metadata.name) }
    }

    /// Descriptors of the revisions that hosts may be asked to run.
    private func relevant(
        _ known: [ModuleRevision], _ status: ModuleDeploymentStatus, _ wanted: Wanted
    ) -> [String: ModuleDescriptor] {
        let names = Set([wanted.revisionName, status.stable?.revision, status.canary?.revision].compactMap(\.self))
        var relevant: [String: ModuleDescriptor] = [:]
        for revision in known where names.contains(revision.metadata.name) {
            relevant[revision.metadata.name] = descriptors.descriptor(of: revision)
        }
        return relevant
    }

    private func facts(
        of hosts: [ModuleHost], _ deployment: ModuleDeployment, beside others: [ModuleDeployment],
        judging descriptors: [String: ModuleDescriptor]
    ) -> [Rollout.HostFacts] {
        var neighbours = Neighbours(descriptor)
        // Most modules need no other: then hosts' other slots are not looked at.
        let areNeedsThere = descriptors.values.contains { !$0.needs.isEmpty } || others.contains(where: runsWithNeeds)
        return hosts.map {
            var facts = Rollout.HostFacts(
                $0, deployment: deployment, liveness: liveness.state(ofNode: $0.spec.nodeName), judging: descriptors)
            if areNeedsThere { facts.unmetNeeds = neighbours.unmetNeeds(of: descriptors, slot: deployment.spec.slot, on: $0) }
            return facts
        }
    }

    private func descriptor(_ revision: ObjectKey) -> ModuleDescriptor? {
        writtenRevisions.newest(revision, in: stores.revisions.store).flatMap { descriptors.descriptor(of: $0) }
    }

    private func runsWithNeeds(_ deployment: ModuleDeployment) -> Bool {
        let status = deployment.status
        return [status.stable, status.canary, status.previous].compactMap(\.self).contains { reference in
            let key = ObjectKey(namespace: deployment.metadata.namespace, name: reference.revision)
            return descriptor(key).map { !$0.needs.isEmpty } ?? false
        }
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

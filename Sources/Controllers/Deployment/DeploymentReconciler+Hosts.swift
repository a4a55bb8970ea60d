import Compatibility
import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import Rollout

extension DeploymentReconciler {
    /// Decides, within what the cluster's guards allow, and keeps what was worked out of the hosts for the next time.
    func conclude(_ observation: Observation, for deployment: ModuleDeployment) -> Decision {
        var decision = decide(observation, for: deployment)
        if !decision.unheard.isEmpty {
            var observation = observation
            observation.hosts.hear(decision.unheard) { name in
                stores.hosts.store.get(ObjectKey(name: name)).flatMap { liveness.state(ofNode: $0.spec.nodeName).lastSeen }
            }
            observation.hosts.areSignsCurrent = true
            decision = decide(observation, for: deployment)
        }
        if isWorthKeeping(decision, for: deployment) {
            fleets.keep(decision.findings?.hosts, of: deployment.key)
        } else if let hostClass = fleets.forget(deployment.key) {
            journal.forget(hostClass)
        }
        decision.findings = nil
        return decision
    }

    /// While it rolls out, every report of a host is decided on. At rest hosts report now and then, and most deployments are.
    private func isWorthKeeping(_ decision: Decision, for deployment: ModuleDeployment) -> Bool {
        decision.status.rollout?.state == .running
            || stores.hosts.store.count(Stores.hostClass, deployment.spec.hostClass) > FleetCache.smallClass
    }

    /// What the engine must know of the hosts of a deployment: of those that something happened to since the last time, or of all.
    /// - Parameters:
    ///   - rollout: by whose salt and order they will be ranked.
    ///   - labels: those that an order goes by.
    func hosts(
        of deployment: ModuleDeployment, in rollout: RolloutStatus?, goingBy labels: [String], judging needed: [String: FleetCache.Judged]
    ) -> FleetIndex {
        let hostClass = deployment.spec.hostClass
        let recipe = FleetCache.Recipe(
            uid: deployment.metadata.uid, hostClass: hostClass, slot: deployment.spec.slot, selector: deployment.spec.selector,
            labels: Set(labels), areNeedsThere: areNeedsThere(for: deployment, needed))
        // Before hosts are looked at: what happens meanwhile is looked at again.
        let end = journal.end(ofClass: hostClass)
        if var entry = fleets.take(deployment.key, recipe, judging: needed),
            let changes = journal.changes(ofClass: hostClass, since: entry.position), var hosts = entry.hosts.take()
        {
            var neighbours = Neighbours(entry.neighbours, lookUp: judged)
            if neighbours.areUnchanged {
                for key in changes { renew(key, of: deployment, recipe, judging: entry.judged, beside: &neighbours, in: &hosts) }
                hosts.areSignsCurrent = false
                entry.position = end
                entry.neighbours = neighbours.known
                fleets.begin(entry, of: deployment.key)
                return hosts
            }
        }
        let selected = counted(
            stores.hosts.store.objects(Stores.hostClass, hostClass).filter { deployment.spec.selector.matches($0.metadata.labels) })
        var neighbours = Neighbours(lookUp: judged)
        let hosts = FleetIndex(
            selected.lazy.map { facts(of: $0, deployment, recipe, judging: needed, beside: &neighbours) }, salt: rollout?.salt,
            order: rollout?.order)
        let entry = FleetCache.Entry(recipe: recipe, judged: needed, neighbours: neighbours.known, position: end, hosts: nil)
        fleets.begin(entry, of: deployment.key)
        return hosts
    }

    private func renew(
        _ key: ObjectKey, of deployment: ModuleDeployment, _ recipe: FleetCache.Recipe, judging judged: [String: FleetCache.Judged],
        beside neighbours: inout Neighbours, in hosts: inout FleetIndex
    ) {
        guard let host = stores.hosts.store.get(key), host.spec.hostClass == deployment.spec.hostClass,
            deployment.spec.selector.matches(host.metadata.labels), isCounted(host)
        else { return hosts.remove(key.name) }
        hosts.update(facts(of: host, deployment, recipe, judging: judged, beside: &neighbours))
    }

    private func facts(
        of host: ModuleHost, _ deployment: ModuleDeployment, _ recipe: FleetCache.Recipe, judging judged: [String: FleetCache.Judged],
        beside neighbours: inout Neighbours
    ) -> Rollout.HostFacts {
        let descriptors = judged.mapValues(\.descriptor)
        var facts = Rollout.HostFacts(
            host, deployment: deployment, liveness: liveness.state(ofNode: host.spec.nodeName), goingBy: recipe.labels,
            judging: descriptors)
        if recipe.areNeedsThere {
            facts.unmetNeeds = neighbours.unmetNeeds(of: descriptors, slot: deployment.spec.slot, on: host)
        }
        return facts
    }

    /// A revision as hosts are judged for it; nil while it is not there, or can't be read.
    private func judged(_ revision: ObjectKey) -> FleetCache.Judged? {
        guard let revision = writtenRevisions.newest(revision) else { return nil }
        return descriptors.descriptor(of: revision).map { FleetCache.Judged(uid: revision.metadata.uid, descriptor: $0) }
    }

    /// Most modules need no other: then hosts' other slots are not looked at.
    private func areNeedsThere(for deployment: ModuleDeployment, _ needed: [String: FleetCache.Judged]) -> Bool {
        if needed.values.contains(where: { !$0.descriptor.needs.isEmpty }) { return true }
        let hostClass = deployment.spec.hostClass
        let written = writtenRevisions.all { $0.spec.hostClass == hostClass && Stores.needsOthers($0) }
        let owners = Set((stores.revisions.store.objects(Stores.needyRevision, hostClass) + written).compactMap(Stores.deployment(of:)))
        return owners.contains { stores.deployments.store.get($0).map(runsWithNeeds) ?? false }
    }

    private func runsWithNeeds(_ deployment: ModuleDeployment) -> Bool {
        let status = deployment.status
        return [status.stable, status.canary, status.previous].compactMap(\.self).contains { reference in
            let key = ObjectKey(namespace: deployment.metadata.namespace, name: reference.revision)
            return judged(key).map { !$0.descriptor.needs.isEmpty } ?? false
        }
    }

    /// Hosts but those beyond the limit of their node, of which it tells once.
    private func counted(_ hosts: [ModuleHost]) -> [ModuleHost] {
        let uncounted = HostLimit.uncounted(in: stores.hosts.store)
        for host in hostLimit.untold(of: uncounted) { tellOfLimit(host) }
        guard !uncounted.isEmpty else { return hosts }
        let names = Set(uncounted.map(\.metadata.name))
        return hosts.filter { !names.contains($0.metadata.name) }
    }

    private func isCounted(_ host: ModuleHost) -> Bool {
        let isCounted = HostLimit.isCounted(host, in: stores.hosts.store)
        if hostLimit.isNews(of: host, isCounted: isCounted) { tellOfLimit(host) }
        return isCounted
    }

    private func tellOfLimit(_ host: ModuleHost) {
        let node = host.spec.nodeName
        logger.warning("a node has too many hosts", metadata: ["node": "\(node)", "host": "\(host.metadata.name)"])
        events.record(
            .warning, reason: "TooManyHosts", action: "Count",
            note:
                "node \(node) has more than \(HostLimit.perNode) ModuleHosts; \(host.metadata.name) is not counted, as the others are "
                + "older. Delete those that nobody uses, or let fewer agents run on the node.",
            regarding: ObjectReference(to: host))
    }
}

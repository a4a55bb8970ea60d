import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import Rollout

extension DeploymentReconciler {
    /// Decides, and keeps what was worked out of the hosts for the next time.
    func conclude(_ observation: Observation, for deployment: ModuleDeployment) -> Decision {
        var decision = RolloutEngine.decide(observation)
        if !decision.unheard.isEmpty {
            var observation = observation
            observation.hosts.hear(decision.unheard) { name in
                stores.hosts.store.get(ObjectKey(name: name)).flatMap { liveness.state(ofNode: $0.spec.nodeName).lastSeen }
            }
            observation.hosts.areSignsCurrent = true
            decision = RolloutEngine.decide(observation)
        }
        fleets.keep(decision.findings?.hosts, of: deployment.key)
        decision.findings = nil
        return decision
    }

    /// What the engine must know of the hosts of a deployment: of those that something happened to since the last time, or of all.
    func hosts(of deployment: ModuleDeployment, judging needed: [String: FleetCache.Judged]) -> FleetIndex {
        let hostClass = deployment.spec.hostClass
        let recipe = FleetCache.Recipe(
            uid: deployment.metadata.uid, hostClass: hostClass, slot: deployment.spec.slot, selector: deployment.spec.selector)
        // Before hosts are looked at: what happens meanwhile is looked at again.
        let end = journal.end(ofClass: hostClass)
        if var entry = fleets.take(deployment.key, recipe, judging: needed),
            let changes = journal.changes(ofClass: hostClass, since: entry.position), var hosts = entry.hosts.take()
        {
            for key in changes { renew(key, of: deployment, judging: entry.judged, in: &hosts) }
            hosts.areSignsCurrent = false
            entry.position = end
            fleets.begin(entry, of: deployment.key)
            return hosts
        }
        fleets.begin(FleetCache.Entry(recipe: recipe, judged: needed, position: end, hosts: nil), of: deployment.key)
        let selected = counted(
            stores.hosts.store.objects(Stores.hostClass, hostClass).filter { deployment.spec.selector.matches($0.metadata.labels) })
        return FleetIndex(selected.lazy.map { facts(of: $0, deployment, judging: needed) })
    }

    private func renew(
        _ key: ObjectKey, of deployment: ModuleDeployment, judging judged: [String: FleetCache.Judged], in hosts: inout FleetIndex
    ) {
        guard let host = stores.hosts.store.get(key), host.spec.hostClass == deployment.spec.hostClass,
            deployment.spec.selector.matches(host.metadata.labels), isCounted(host)
        else { return hosts.remove(key.name) }
        hosts.update(facts(of: host, deployment, judging: judged))
    }

    private func facts(
        of host: ModuleHost, _ deployment: ModuleDeployment, judging judged: [String: FleetCache.Judged]
    ) -> Rollout.HostFacts {
        Rollout.HostFacts(
            host, deployment: deployment, liveness: liveness.state(ofNode: host.spec.nodeName), judging: judged.mapValues(\.descriptor))
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

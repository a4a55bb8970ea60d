import GraftAPI
import KubeCore

extension Deliberation {
    /// Writes which revisions in use policies accept no more, and what hosts report by themselves. What is news is told as an event.
    func writeTrust() {
        let old = status.trust
        var trust = DeploymentTrust()
        var counts: [String: Int] = [:]
        var active = 0
        for kind in observation.hosts.byKind {
            let hosts = kind.hosts
            guard let slot = kind.facts.slot else { continue }
            // Where calls are divided both versions are in use.
            if let beside = slot.canary?.revision { counts[beside, default: 0] += hosts }
            guard let revision = slot.active?.revision else { continue }
            counts[revision, default: 0] += hosts
            active += hosts
            switch slot.trust?.state {
            case .trusted: trust.hosts.trusted += hosts
            case .distrusted: trust.hosts.distrusted += hosts
            case .unknown: trust.hosts.unknown += hosts
            case nil: break
            }
        }
        trust.revisions = distrusted(active: counts, known: old?.revisions ?? [])
        trust.summary = String(summary(of: trust, active: active).prefix(1000))
        let isWorthTelling = !trust.revisions.isEmpty || trust.hosts.distrusted > 0
        status.trust = isWorthTelling ? trust : nil
        tell(trust, after: old, active: active)
    }

    private func distrusted(active counts: [String: Int], known: [DistrustedRevision]) -> [DistrustedRevision] {
        let inUse = [status.stable, status.canary, status.previous].compactMap { $0?.revision }
        let names = inUse + counts.keys.filter { !inUse.contains($0) }.sorted()
        let found = names.enumerated().compactMap { place, name -> DistrustedRevision? in
            guard names.firstIndex(of: name) == place, let facts = revisions[name], let refusal = objection(to: facts.reference) else {
                return nil
            }
            var entry = DistrustedRevision()
            entry.revision = name
            entry.version = facts.version
            entry.policy = refusal.policy
            entry.reason = refusal.reason
            entry.message = String(refusal.message.prefix(2000))
            entry.since = known.first { $0.revision == name }?.since ?? now.wholeSeconds
            entry.hosts = counts[name] ?? 0
            return entry
        }
        return Array(found.prefix(DeploymentTrust.revisionLimit))
    }

    private func summary(of trust: DeploymentTrust, active: Int) -> String {
        let running = trust.revisions.filter { $0.hosts > 0 }
        let count = running.reduce(0) { $0 + $1.hosts }
        let own = trust.hosts.distrusted
        guard count > 0 else {
            return own == 0 ? "" : "\(own) of \(Self.hosts(active)) would not load today what they run: \(example)"
        }
        let policies = Set(running.compactMap(\.policy)).sorted()
        let who = policies.isEmpty ? "policies no longer accept" : "policy \(policies.joined(separator: ", ")) no longer accepts"
        let run = active == 1 ? "runs" : "run"
        let reports = own == 0 ? "" : "; \(own) report\(own == 1 ? "s" : "") it as well"
        return "\(count) of \(Self.hosts(active)) \(run) what \(who)\(reports)"
    }

    private func tell(_ trust: DeploymentTrust, after old: DeploymentTrust?, active: Int) {
        let known = Set(old?.revisions.map(\.revision) ?? [])
        for entry in trust.revisions where !known.contains(entry.revision) {
            events.append(.distrusted(entry.version, hosts: entry.hosts, of: active, reason: entry.message))
        }
        for entry in old?.revisions ?? [] {
            guard let facts = revisions[entry.revision], objection(to: facts.reference) == nil else { continue }
            events.append(.trustedAgain(entry.version))
        }
        if trust.hosts.distrusted > 0, (old?.hosts.distrusted ?? 0) == 0 {
            events.append(.hostsDistrust(hosts: trust.hosts.distrusted, of: active, example: example))
        }
    }

    /// The first host that reports it, with what it says.
    private var example: String {
        let host = observation.hosts.firstByName { $0.slot?.active != nil && $0.slot?.trust?.state == .distrusted }
        guard let host, let trust = host.slot?.trust else { return "" }
        return "\(host.name): \(trust.message ?? trust.reason ?? trust.state.rawValue)"
    }

    private static func hosts(_ count: Int) -> String { "\(count) host\(count == 1 ? "" : "s")" }
}

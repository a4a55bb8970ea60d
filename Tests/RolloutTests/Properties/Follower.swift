import GraftAPI
import KubeCore

@testable import Rollout

/// Makes each decision once more, from what it kept of the one before: only hosts that changed since are taken in, as a controller does it. It
/// must not make a difference, nor that somebody holds what was kept before, nor that nothing is kept after a restart.
struct Follower {
    private var fleet: FleetIndex?
    private var known: [String: HostFacts] = [:]
    private(set) var disagreement: String?
    /// How many decisions were made from what was kept.
    private(set) var kept = 0
    /// Held, as by somebody who looks at it while the next decision is made.
    private var held: [(fleet: FleetIndex, hosts: [String: HostFacts])] = []

    /// A new controller has nothing.
    mutating func forget() {
        fleet = nil
        known = [:]
        held = []
    }

    mutating func follow(_ observation: Observation, to expected: Decision) {
        let hosts = Dictionary(uniqueKeysWithValues: observation.hosts.map { ($0.name, $0) })
        var observation = observation
        observation.hosts = takeIn(hosts)
        let copy = (observation.hosts, known)
        var decision = RolloutEngine.decide(observation)
        if !decision.unheard.isEmpty {
            observation.hosts.hear(decision.unheard) { hosts[$0]?.lastSeen }
            for name in decision.unheard { known[name]?.lastSeen = hosts[name]?.lastSeen }
            observation.hosts.areSignsCurrent = true
            decision = RolloutEngine.decide(observation)
        }
        fleet = decision.findings?.hosts
        if decision != expected, disagreement == nil {
            disagreement = "what was kept leads to another decision: \(difference(decision, expected))"
        }
        check(copy)
    }

    private func difference(_ found: Decision, _ expected: Decision) -> String {
        var other = found
        other.status.hosts = expected.status.hosts
        if other == expected { return "\(found.status.hosts), not \(expected.status.hosts)" }
        other.status = expected.status
        if other == expected { return "status \(found.status), not \(expected.status)" }
        return "\(found), not \(expected)"
    }

    /// Whoever holds an older one still sees what it was.
    private mutating func check(_ copy: (FleetIndex, [String: HostFacts])) {
        held.append(copy)
        guard held.count > 4 else { return }
        let (fleet, hosts) = held.removeFirst()
        for facts in fleet where !agrees(facts, hosts[facts.name]) {
            disagreement = disagreement ?? "a copy changed: \(facts) was \(String(describing: hosts[facts.name]))"
        }
        if fleet.count != hosts.count { disagreement = disagreement ?? "a copy lost or found hosts" }
    }

    private mutating func takeIn(_ hosts: [String: HostFacts]) -> FleetIndex {
        guard var fleet else {
            known = hosts
            return FleetIndex(hosts.values)
        }
        self.fleet = nil
        kept += 1
        for name in known.keys where hosts[name] == nil {
            fleet.remove(name)
            known[name] = nil
        }
        for (name, host) in hosts where known[name].map({ isNews(host, after: $0) }) ?? true {
            fleet.update(host)
            known[name] = host
        }
        fleet.areSignsCurrent = false
        return fleet
    }

    /// Ready hosts give signs of life all the time: nobody hears of those.
    private func isNews(_ host: HostFacts, after known: HostFacts) -> Bool {
        var known = known
        if host.isReady, known.isReady { known.lastSeen = host.lastSeen }
        return host != known
    }

    private func agrees(_ facts: HostFacts, _ known: HostFacts?) -> Bool {
        guard var known else { return false }
        known.slot?.active?.since = Timestamp(seconds: 0)
        known.slot?.canary?.since = Timestamp(seconds: 0)
        known.slot?.trust?.since = Timestamp(seconds: 0)
        return facts == known
    }
}

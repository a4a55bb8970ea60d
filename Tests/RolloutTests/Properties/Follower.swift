import GraftAPI
import KubeCore

@testable import Rollout

/// Makes decisions once more, from what it kept of the one before: only hosts that changed since are taken in, as a controller does it. It
/// must not make a difference, nor that somebody holds what was kept before, nor that nothing is kept after a restart.
struct Follower {
    private var fleet: FleetIndex?
    /// As they were taken in, in the order in which they are observed.
    private var known: [HostFacts] = []
    private(set) var disagreement: String?
    /// How many decisions were made from what was kept.
    private(set) var kept = 0
    /// Held, as by somebody who looks at it while decisions are made.
    private var held: (fleet: FleetIndex, hosts: [HostFacts])?
    private var isHeldSince = 0
    private let holdsFor: Int
    /// Nil: of all.
    private var share: (percent: Int, dice: Dice)?

    /// - Parameters:
    ///   - share: how many of a hundred decisions it makes, chosen by a seed. What it passes over it takes in with the next.
    ///   - holdsFor: after how many decisions it is seen that a copy is what it was.
    init(share: (percent: Int, seed: UInt64)? = nil, holdsFor: Int = 4) {
        self.share = share.map { ($0.percent, Dice(seed: $0.seed)) }
        self.holdsFor = holdsFor
    }

    /// A new controller has nothing.
    mutating func forget() {
        fleet = nil
        known = []
        held = nil
    }

    mutating func follow(_ observation: Observation, of hosts: [HostFacts], to expected: Decision) {
        if let percent = share?.percent, share?.dice.chance(percent) == false { return }
        var observation = observation
        observation.hosts = takeIn(hosts)
        if held == nil { (held, isHeldSince) = ((observation.hosts, known), kept) }
        var decision = RolloutEngine.decide(observation)
        if !decision.unheard.isEmpty {
            let seen = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0.lastSeen) })
            observation.hosts.hear(decision.unheard) { seen[$0] ?? nil }
            for index in known.indices where decision.unheard.contains(known[index].name) { known[index].lastSeen = hosts[index].lastSeen }
            observation.hosts.areSignsCurrent = true
            decision = RolloutEngine.decide(observation)
        }
        fleet = decision.findings?.hosts
        if decision != expected, disagreement == nil {
            disagreement = "what was kept leads to another decision: \(difference(decision, expected))"
        }
        if kept >= isHeldSince + holdsFor { release() }
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
    private mutating func release() {
        guard let (fleet, hosts) = held else { return }
        held = nil
        let expected = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0) })
        for facts in fleet where !agrees(facts, expected[facts.name]) {
            disagreement = disagreement ?? "a copy changed: \(facts) was \(String(describing: expected[facts.name]))"
        }
        if fleet.count != hosts.count { disagreement = disagreement ?? "a copy lost or found hosts" }
    }

    private mutating func takeIn(_ hosts: [HostFacts]) -> FleetIndex {
        guard var fleet else {
            known = hosts
            return FleetIndex(hosts)
        }
        self.fleet = nil
        kept += 1
        if !known.elementsEqual(hosts, by: { $0.name == $1.name }) {
            let old = known
            for host in old where !hosts.contains(where: { $0.name == host.name }) { fleet.remove(host.name) }
            known = hosts.map { host in
                if let same = old.first(where: { $0.name == host.name }) { return same }
                fleet.update(host)
                return host
            }
        }
        for index in hosts.indices where isNews(hosts[index], after: known[index]) {
            fleet.update(hosts[index])
            known[index] = hosts[index]
        }
        fleet.areSignsCurrent = false
        return fleet
    }

    /// Ready hosts give signs of life all the time: nobody hears of those.
    private func isNews(_ host: HostFacts, after known: HostFacts) -> Bool {
        if host == known { return false }
        guard host.isReady, known.isReady else { return true }
        var known = known
        known.lastSeen = host.lastSeen
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

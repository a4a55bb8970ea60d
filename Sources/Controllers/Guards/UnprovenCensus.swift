import GraftAPI
import KubeCore

/// Counts the hosts that run, or are asked to run, what is unproven: each once, however many deployments bring it such a thing.
struct UnprovenCensus {
    /// A deployment whose hosts count.
    struct Party {
        var key: ObjectKey
        /// What hosts can read, or will once it is written.
        var plan: ModulePlanSpec?
        /// The last plan before it that asked hosts for what is unproven: who has not answered the newer one may act on it still.
        var before: ModulePlanSpec?
        /// Its revisions that are Good, or have run for long enough.
        var proven: Set<String>
    }

    struct Result: Equatable {
        var hosts = 0
        /// Names of the hosts that count.
        var names: Set<String> = []
        var used: Int { names.count }
        var byParty: [ObjectKey: Int] = [:]

        /// `payments/http-filter 8, search/ranker 2`: the largest first, three at most.
        var holders: String {
            let sorted = byParty.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }
            let shown = sorted.prefix(3).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return sorted.count > 3 ? "\(shown) and \(sorted.count - 3) more" : shown
        }
    }

    private let parties: [ObjectKey: Party]
    /// Plans that ask for what is unproven.
    private let asks: [Ask]

    init(_ parties: [Party]) {
        self.parties = Dictionary(parties.map { ($0.key, $0) }) { first, _ in first }
        asks = parties.flatMap { party in
            [
                party.plan.flatMap { Ask($0, of: party, isPast: false) },
                party.before.flatMap { Ask($0, of: party, isPast: true) },
            ].compactMap(\.self)
        }
    }

    func count(_ hosts: [ModuleHost], isReady: (ModuleHost) -> Bool) -> Result {
        var result = Result()
        for host in hosts {
            result.hosts += 1
            var holders = Set<ObjectKey>()
            for slot in host.status.slots {
                let key = ObjectKey(namespace: slot.owner.namespace, name: slot.owner.name)
                if let party = parties[key], party.isUnproven(slot) { holders.insert(key) }
            }
            for ask in asks where !holders.contains(ask.key) && ask.counts(host, isReady: isReady) { holders.insert(ask.key) }
            guard !holders.isEmpty else { continue }
            result.names.insert(host.metadata.name)
            for holder in holders { result.byParty[holder, default: 0] += 1 }
        }
        return result
    }
}

extension UnprovenCensus.Party {
    /// What a slot runs, or is about to run.
    fileprivate func isUnproven(_ slot: SlotStatus) -> Bool {
        if let active = slot.active, !proven.contains(active.revision) { return true }
        guard let target = slot.target, !proven.contains(target.revision) else { return false }
        switch target.state {
        case .fetching, .verifying, .staged, .activating, .probing, .active: return true
        case .empty, .failed, .reverted, .unsupported, .held: return false
        }
    }
}

/// What a plan asks for, as far as that is unproven.
private struct Ask {
    let key: ObjectKey
    private let plan: ModulePlanSpec
    private let isPast: Bool
    /// The rollout that hosts name once they obey a newer plan.
    private let newest: String?
    private let asksCanary: Bool
    private let asksStable: Bool
    private let reckoner: RankReckoner

    init?(_ plan: ModulePlanSpec, of party: UnprovenCensus.Party, isPast: Bool) {
        guard plan.action == .run else { return nil }
        asksCanary = plan.canary.map { !party.proven.contains($0.revision) } ?? false
        asksStable = plan.stable.map { !party.proven.contains($0.revision) } ?? false
        guard asksCanary && !plan.cutoffs.isEmpty || asksStable else { return nil }
        key = party.key
        self.plan = plan
        self.isPast = isPast
        newest = party.plan?.rollout
        reckoner = RankReckoner(salt: plan.salt)
    }

    func counts(_ host: ModuleHost, isReady: (ModuleHost) -> Bool) -> Bool {
        guard host.spec.hostClass == plan.hostClass, plan.selector.matches(host.metadata.labels) else { return false }
        if isPast {
            let slot = host.status.slots.first { $0.name == plan.slot }
            guard isReady(host), slot?.rollout != newest else { return false }
        }
        guard plan.canary != nil, let cutoff = plan.cutoff(zone: host.spec.zone ?? "") else { return asksStable }
        if asksCanary == asksStable { return asksCanary }
        let isBelow = cutoff >= Rank.end || place(of: host) < cutoff
        return isBelow ? asksCanary : asksStable
    }

    /// As its agent reckons it.
    private func place(of host: ModuleHost) -> Rank {
        let labels = host.spec.features.contains(AgentFeature.order) ? host.metadata.labels : [:]
        return reckoner.rank(of: host.metadata.name).atLevel(plan.order?.level(of: labels) ?? 0)
    }
}

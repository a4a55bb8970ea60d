import GraftAPI
import KubeCore

/// Hosts that obey plans as agents do, each after a while of its own, and a part of which fails or dies.
struct SimulatedFleet {
    static let planUID = "simulated"

    /// What the engine sees of them.
    private(set) var hosts: [HostFacts] = []
    /// Of which hosts something else is seen than before, each once.
    private var changed: [Int32] = []
    private var isChanged: [Bool] = []
    /// Hosts on the new version in truth, and hosts that it failed.
    private(set) var updated = 0
    private(set) var failed = 0
    /// Moments in which hosts are done, earliest last, and which hosts those are.
    private var due: [(time: Timestamp, host: Int32)] = []
    /// When those answer that have what they are asked for already.
    private var answersAt: Timestamp?
    private var ranks: [Rank] = []
    private var salt: String?
    private var order: HostOrder?
    private var plan: PlanFacts?
    private let new: RevisionReference
    private let options: Simulation.Options

    static func versions(of deployment: String) -> (old: RevisionFacts, new: RevisionFacts) {
        func facts(_ number: Int, _ version: String, _ outcome: ModuleRevisionStatus.Outcome) -> RevisionFacts {
            let digest = "sha256:" + String(repeating: String(number), count: 64)
            return RevisionFacts(name: "\(deployment)-\(version)", number: number, digest: digest, version: version, outcome: outcome)
        }
        return (facts(1, "old", .good), facts(2, "new", .unproven))
    }

    /// - Parameter order: a tenth of the hosts has each value but the last, which the others have.
    init(_ options: Simulation.Options, _ versions: (old: RevisionFacts, new: RevisionFacts), order: HostOrder? = nil) {
        self.options = options
        new = versions.new.reference
        var slot = SlotStatus()
        slot.owner = SlotOwner(namespace: "", name: "", planUID: SimulatedFleet.planUID)
        slot.active = ActiveRevision(
            revision: versions.old.name, digest: versions.old.digest, version: versions.old.version, since: Timestamp(seconds: 0))
        slot.staged = [versions.old.name]
        hosts = (0..<options.hosts).map { index in
            var host = HostFacts(name: "host-\(index)", zone: options.zones > 1 ? "zone-\(index % options.zones)" : "", slot: slot)
            if let order, let last = order.values.last {
                let isEarly = index % 10 < min(order.values.count - 1, 9)
                host.labels = [order.label: isEarly ? order.values[index % 10] : last]
            }
            return host
        }
        isChanged = Array(repeating: false, count: hosts.count)
    }

    /// The hosts of which something else is seen than when it was asked last.
    mutating func takeChanges() -> [Int32] {
        defer { changed.removeAll(keepingCapacity: true) }
        for index in changed { isChanged[Int(index)] = false }
        return changed
    }

    /// Whatever changes of a host changes here.
    private mutating func change(_ index: Int, _ body: (inout HostFacts) -> Void) {
        body(&hosts[index])
        guard !isChanged[index] else { return }
        isChanged[index] = true
        changed.append(Int32(index))
    }

    var nextReport: Timestamp? { [due.last?.time, answersAt].compactMap { $0 }.min() }

    /// Hosts hear of a plan: those that have what it asks say so, the others begin.
    mutating func obey(_ plan: PlanFacts, now: Timestamp) {
        if self.plan?.spec.rollout != plan.spec.rollout { due.removeAll() }
        self.plan = plan
        if salt != plan.spec.salt || order != plan.spec.order {
            (salt, order) = (plan.spec.salt, plan.spec.order)
            let reckoner = RankReckoner(salt: plan.spec.salt)
            ranks = hosts.map { reckoner.rank(of: $0.name).atLevel(plan.spec.order?.level(of: $0.labels) ?? 0) }
        }
        let cutoffs = CutoffMap(plan.spec.cutoffs)
        for index in hosts.indices where hosts[index].isReady {
            let isBelow = plan.spec.canary != nil && cutoffs.admits(zone: hosts[index].zone, rank: ranks[index])
            guard let asked = isBelow ? plan.spec.canary : plan.spec.stable, let slot = hosts[index].slot else { continue }
            let rule = isBelow ? plan.spec.traffic?.name(salt: plan.spec.salt) : nil
            if asked.revision != plan.spec.canary?.revision { prepareAhead(index, plan.spec, now: now) }
            let isSame = slot.rollout == plan.spec.rollout && slot.target?.revision == asked.revision
            // Both versions are loaded: only calls go elsewhere.
            if slot.canary?.revision == asked.revision, slot.canary?.rule != rule {
                due.append((now + .milliseconds(200), Int32(index)))
            } else if slot.active?.revision == asked.revision {
                if !isSame || slot.target?.state != .active {
                    settle(index, asked)
                    answersAt = answersAt ?? now + .milliseconds(200)
                }
            } else if !isSame {
                change(index) { host in
                    host.slot?.rollout = plan.spec.rollout
                    host.slot?.target = SlotTarget(revision: asked.revision, state: .fetching)
                }
                due.append((now + duration(index, asked, slot), Int32(index)))
            }
        }
        due.sort { ($0.time, $0.host) > ($1.time, $1.host) }
    }

    /// Answers a preflight once, when its fetch is done, spread over a minute by rank.
    private mutating func prepareAhead(_ index: Int, _ plan: ModulePlanSpec, now: Timestamp) {
        guard plan.stageAhead ?? false, let canary = plan.canary, hosts[index].slot?.ahead?.rollout != plan.rollout else { return }
        change(index) { $0.slot?.ahead = StagedAhead(rollout: plan.rollout, revision: canary.revision, state: .staging) }
        let turn = Duration.microseconds(60 * ((ranks[index].value + Int64(ranks[index].level) * Rank.span) / (Rank.span / 1_000_000)))
        due.append((now + turn + .milliseconds(3000 + chance(index, 4) / 100), Int32(index)))
    }

    private mutating func stagesAhead(_ index: Int, _ plan: ModulePlanSpec) -> Bool {
        guard let answer = hosts[index].slot?.ahead, answer.rollout == plan.rollout, answer.state == .staging else { return false }
        let isUnfit = chance(index, 5) < options.unfit
        change(index) { host in
            host.slot?.ahead = StagedAhead(
                rollout: plan.rollout, revision: answer.revision, state: isUnfit ? .failed : .staged, reason: isUnfit ? "DiskFull" : nil,
                message: isUnfit ? "it was simulated to have no space" : nil)
            if !isUnfit { host.slot?.staged.append(answer.revision) }
        }
        return true
    }

    /// What hosts have done by then.
    mutating func report(until now: Timestamp) {
        guard let plan = plan?.spec else { return }
        if let time = answersAt, time <= now { answersAt = nil }
        let cutoffs = CutoffMap(plan.cutoffs)
        while let last = due.last, last.time <= now {
            due.removeLast()
            let index = Int(last.host)
            if stagesAhead(index, plan) { continue }
            let isBelow = plan.canary != nil && cutoffs.admits(zone: hosts[index].zone, rank: ranks[index])
            guard let asked = isBelow ? plan.canary : plan.stable else { continue }
            if asked.revision == new.revision, chance(index, 1) < options.failing {
                failed += 1
                change(index) { host in
                    host.slot?.target = SlotTarget(
                        revision: asked.revision, state: .reverted, blame: .module, reason: "ProbeFailed",
                        message: "it was simulated to fail")
                }
                continue
            }
            if isUpdated(index) { updated -= 1 }
            if asked.revision == new.revision { updated += 1 }
            let (rule, since) = (isBelow ? plan.traffic?.name(salt: plan.salt) : nil, last.time.wholeSeconds)
            change(index) { host in
                if let rule {
                    host.slot?.canary = RoutedRevision(
                        revision: asked.revision, digest: asked.digest, version: asked.version, since: since, rule: rule)
                } else {
                    host.slot?.active = ActiveRevision(
                        revision: asked.revision, digest: asked.digest, version: asked.version, since: since)
                }
            }
            settle(index, asked)
            if asked.revision == new.revision, chance(index, 2) < options.dying {
                change(index) { host in
                    host.isReady = false
                    host.lastSeen = last.time
                }
                updated -= 1
                failed += 1
            }
        }
    }

    /// Some calls at least go to the new version.
    private func isUpdated(_ index: Int) -> Bool {
        hosts[index].slot?.active?.revision == new.revision || hosts[index].slot?.canary?.revision == new.revision
    }

    private mutating func settle(_ index: Int, _ asked: RevisionReference) {
        guard let plan = plan?.spec else { return }
        // What nobody asks to have beside is gone, and what is asked whole as well.
        let isAlone = plan.traffic == nil || hosts[index].slot?.canary?.revision != asked.revision
        if isAlone, hosts[index].slot?.canary?.revision == new.revision, hosts[index].slot?.active?.revision != new.revision {
            updated -= 1
        }
        change(index) { host in
            if isAlone { host.slot?.canary = nil }
            host.slot?.rollout = plan.rollout
            host.slot?.target = SlotTarget(revision: asked.revision, state: .active)
            for revision in [asked.revision, plan.previous?.revision].compactMap({ $0 })
            where !(host.slot?.staged.contains(revision) ?? true) { host.slot?.staged.append(revision) }
        }
    }

    /// Fetching, verifying and probing take some seconds; what is staged already is active at once.
    private func duration(_ index: Int, _ asked: RevisionReference, _ slot: SlotStatus) -> Duration {
        slot.staged.contains(asked.revision) ? .milliseconds(500 + chance(index, 3) / 500) : .milliseconds(3000 + chance(index, 4) / 100)
    }

    /// Of a million, drawn for a host and a purpose from the seed: SplitMix64's mixing.
    private func chance(_ index: Int, _ purpose: UInt64) -> Int {
        var mixed = options.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03 &+ purpose &* 0x8CB9_2BA7_2F3D_8DD7
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % 1_000_000)
    }
}

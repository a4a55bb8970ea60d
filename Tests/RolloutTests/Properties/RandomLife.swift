import GraftAPI
import KubeCore
import Testing

@testable import Rollout

/// A deployment that lives through random specs, failures, verbs and restarts, and is left in peace at last.
struct RandomLife {
    let seed: UInt64
    private var dice: Dice
    /// Thrown for when hosts are heard of.
    private var signs: Dice
    private(set) var invariants = Invariants()
    private var asked = 0
    var world: World

    /// Every moment of it is printed.
    private let isTold: Bool
    private let isWatched: Bool

    /// - Parameters:
    ///   - followed: of how many of a hundred decisions it is seen that they are the same from what was kept.
    ///   - isWatched: it is seen to it that what must hold does.
    init(seed: UInt64, followed: Int = 100, isWatched: Bool = true, isTold: Bool = false) {
        self.seed = seed
        self.isTold = isTold
        self.isWatched = isWatched
        var dice = Dice(seed: seed)
        let zones = dice.pick([[""], [""], ["a", "b"], ["", "a", "b", "c"]])
        // Small fleets find what large ones do, and are cheap.
        world = World(hosts: dice.chance(85) ? dice.number(0...4) : dice.number(5...12), zones: zones)
        self.dice = dice
        signs = Dice(seed: ~seed)
        if isWatched, followed > 0 { world.follower = Follower(share: followed < 100 ? (followed, ~seed &* 31) : nil) }
        for index in world.hosts.indices { world.hosts[index].labels = labels() }
        shapeStrategy()
        if self.dice.chance(40) { deliverTheFirst() }
    }

    /// There is a version to go from, and to go back to.
    private mutating func deliverTheFirst() {
        world.ask(for: "1.0.0")
        // Nothing is looked at meanwhile: hosts are done with what they are asked between two decisions.
        for _ in 0..<40 where !world.hosts.isEmpty && !world.isDelivered("1.0.0") {
            for _ in 0..<5 { for index in world.hosts.indices { world.act(index) } }
            world.tick()
        }
    }

    private mutating func shapeStrategy() {
        var strategy = Strategy()
        strategy.maxUnavailable = share()
        strategy.rollbackMaxUnavailable = dice.chance(60) ? .share(.all) : share()
        strategy.failureThreshold = dice.chance(60) ? .count(1) : share()
        strategy.soakSeconds = dice.pick([0, 0, 3, 10, 30])
        strategy.progressDeadlineSeconds = dice.pick([20, 60])
        strategy.cohort = dice.pick([.sticky, .rotate])
        if dice.chance(30) { strategy.steps.append(preflight()) }
        for _ in 0..<dice.number(0...4) {
            strategy.steps.append(step())
        }
        strategy.spread = dice.chance(70) ? .evenly : .zoneByZone
        if dice.chance(20) { strategy.zoneOrder = ["b"] }
        if dice.chance(40) {
            strategy.order = HostOrder(label: "stage", values: dice.pick([["canary", "staging"], ["staging"], ["none", "staging"]]))
        }
        strategy.onDeadline = dice.chance(80) ? .rollback : .pause
        if dice.chance(15) {
            let analyses = dice.pick([["errors"], ["errors", "latency"]]).map { AnalysisReference($0) }
            strategy.analysis = BackgroundAnalysis(analyses, startingStep: dice.number(1...4))
        }
        for subject in RandomLife.subjects {
            world.checkBehaviour[subject] = dice.chance(50) ? .succeeds : dice.pick(CheckBehaviour.allCases)
        }
        if dice.chance(15) { strategy.stepDeadlineSeconds = dice.number(30...300) }
        world.spec.strategy = strategy
    }

    private mutating func labels() -> [String: String] {
        let value = dice.pick(["", "canary", "staging", "production"])
        return value.isEmpty ? [:] : ["stage": value]
    }
    private static let subjects = ["errors", "latency", "change.example", "requests_total"]

    private mutating func step() -> Step {
        let deadline = dice.chance(50) ? dice.number(20...100) : nil
        let consequence = dice.pick([nil, Strategy.OnDeadline.pause, .rollback])
        switch dice.number(1...100) {
        case 1...34: return .setWeight(Weight(basisPoints: dice.number(0...40) * 250))
        case 35...45: return .setTraffic(traffic())
        case 46...58: return .pause(seconds: dice.chance(70) ? dice.number(0...20) : nil)
        case 59...66: return .soak(seconds: dice.number(1...40))
        case 67...71:
            let samples = SampleGoal(Int64(dice.number(1...2000)), of: HostSeries("requests_total"))
            return .soak(Soak(durationSeconds: dice.number(1...40), samples: samples, deadlineSeconds: deadline, onDeadline: consequence))
        case 72...80:
            let analyses = dice.pick([["errors"], ["errors", "latency"]]).map { AnalysisReference($0) }
            return .analysis(StepAnalysis(analyses, deadlineSeconds: deadline, onDeadline: consequence))
        case 81...86:
            var webhook = StepWebhook("https://change.example/")
            (webhook.deadlineSeconds, webhook.onDeadline) = (deadline, consequence)
            return .webhook(webhook)
        case 87...94: return preflight()
        default: return .approve(Approval(approvers: ["ann"], deadlineSeconds: deadline, onDeadline: consequence))
        }
    }

    private mutating func traffic() -> Traffic {
        var traffic = Traffic(share: dice.chance(80) ? Weight(percent: dice.number(0...10) * 10) : nil)
        if traffic.share != nil, dice.chance(20) { traffic.by = TrafficKey(header: dice.pick(["x-user", "x-tenant"])) }
        if traffic.share == nil || dice.chance(30) {
            traffic.match = [
                TrafficMatch(header: "x-canary", values: [dice.pick(["a", "b", "c"])]), TrafficMatch(group: dice.pick(["p", "q", "r"])),
            ]
        }
        return traffic
    }

    private mutating func preflight() -> Step {
        .preflight(
            Preflight(
                failureThreshold: dice.chance(60) ? .count(0) : share(), deadlineSeconds: dice.chance(60) ? dice.number(1...60) : nil,
                onDeadline: dice.pick([nil, nil, .pause, .rollback])))
    }

    private mutating func share() -> CountOrShare {
        dice.chance(50) ? .count(dice.number(0...4)) : .share(Weight(percent: dice.number(0...100)))
    }

    mutating func live(_ ticks: Int) throws {
        for _ in 0..<ticks {
            if dice.chance(25) { happen() }
            for index in world.hosts.indices where dice.chance(70) { world.act(index) }
            if dice.chance(70) { world.performChecks() }
            world.now = world.now + .seconds(dice.pick([0, 1, 1, 5, 15]))
            hear()
            try decide()
            if isTold { print("\(world.now) \(world.testDescription)") }
        }
    }

    /// Hosts are heard of now and then, never earlier than before.
    private mutating func hear() {
        for index in world.hosts.indices {
            guard let heard = world.hosts[index].heard else {
                world.hosts[index].heard = world.now
                continue
            }
            if signs.chance(60) { world.hosts[index].heard = max(heard, world.now - .seconds(signs.number(0...40))) }
        }
    }

    private mutating func decide() throws {
        if dice.chance(10) {
            world.decide(dying: dice.pick(World.Crash.allCases))
            if isWatched { invariants.check(world, deeply: false) }
            if dice.chance(30) {
                try world.restart()
                invariants.forgetTheDead(of: world)
            }
        }
        world.decide()
        let isDeep = dice.chance(4)
        if isWatched { invariants.check(world, deeply: isDeep) }
    }

    private mutating func happen() {
        switch dice.number(1...100) {
        case 1...25: askForSomething()
        case 26...30 where !world.revisions.isEmpty: judgeSomething()
        case 31...45 where !world.hosts.isEmpty: world.kill([dice.number(0...world.hosts.count - 1)])
        case 46...60: for index in world.hosts.indices where dice.chance(50) { world.hosts[index].isReady = true }
        case 61...65:
            world.hosts.append(SimulatedHost("edge.late-\(world.now.microseconds)-\(world.hosts.count)", zone: dice.pick(["", "a", "z"])))
            world.hosts[world.hosts.count - 1].labels = labels()
        case 66...68 where !world.hosts.isEmpty: world.hosts.remove(at: dice.number(0...world.hosts.count - 1))
        case 69...71: world.spec.paused = dice.chance(50)
        case 72...73: world.verbs.restart = world.status.rollout?.id
        case 74...78: world.verbs.promote = world.status.rollout.map { "\($0.id)/\(dice.chance(50) ? "full" : "\($0.stepIndex)")" }
        case 79 where dice.chance(50):
            world.verbs.approve = world.status.rollout.map { "\($0.id)/\($0.stepIndex)/\(dice.pick(["ann", "eve"]))" }
        case 79...81: world.verbs.abort = world.status.rollout?.id
        case 82...84: world.verbs.retry = world.wanted.revision
        case 85...87 where !world.hosts.isEmpty: world.hosts[dice.number(0...world.hosts.count - 1)].isHeld = dice.chance(50)
        case 88...89 where !world.hosts.isEmpty:
            world.hosts[dice.number(0...world.hosts.count - 1)].incompatibleWith = dice.chance(60) ? [] : [World.revision("1.\(asked).0")]
        case 90...92 where !world.revisions.isEmpty && dice.chance(50): quarantineSomething()
        case 90...92 where !world.hosts.isEmpty && dice.chance(50):
            world.hosts[dice.number(0...world.hosts.count - 1)].canRoute = dice.chance(70)
            world.hosts[dice.number(0...world.hosts.count - 1)].canRestart = dice.chance(70)
        case 90...92: makeUnfit()
        case 98 where !world.hosts.isEmpty: makeUnfit()
        case 93 where !world.revisions.isEmpty: judgeSomething()
        case 94: world.wanted = .refused(Refusal(.verified, reason: "NoPolicy", message: "No policy matches."))
        case 95...96:
            world.status = ModuleDeploymentStatus()
            invariants.forget()
            if dice.chance(50) { world.plan = nil }
        case 97: shapeStrategy()
        case 99: guardSomething()
        case 100 where !world.hosts.isEmpty && asked > 0: needSomething()
        default: break
        }
    }

    private mutating func askForSomething() {
        if asked > 0, dice.chance(40) {
            world.wanted = .revision(World.revision("1.\(dice.number(1...asked)).0"))
            return
        }
        asked += 1
        world.ask(for: "1.\(asked).0", dice.pick([.works, .works, .works, .failsProbe, .cannotBeFetched, .hangs, .kills]))
        for index in world.hosts.indices where dice.chance(8) { world.hosts[index].unfit = [World.revision("1.\(asked).0"): "DiskFull"] }
    }

    private mutating func quarantineSomething() {
        let index = dice.number(0...world.revisions.count - 1)
        world.revisions[index].quarantine = dice.chance(40) ? nil : QuarantineFacts(name: "q-user", evicts: dice.chance(50), reason: "CVE")
    }

    /// Hosts have no space, or some, or agents that don't know how to stage ahead.
    private mutating func makeUnfit() {
        guard !world.hosts.isEmpty else { return }
        let index = dice.number(0...world.hosts.count - 1)
        world.hosts[index].unfit = dice.chance(60) ? [World.revision("1.\(asked).0"): dice.pick(["DiskFull", "NotTrusted"])] : [:]
        if dice.chance(30) { world.hosts[index].isOld.toggle() }
        if dice.chance(30) { world.hosts[index].labels = labels() }
    }

    /// Policies change their mind.
    private mutating func judgeSomething() {
        let version = world.revisions[dice.number(0...world.revisions.count - 1)].version
        switch dice.number(0...5) {
        case 0: world.distrust(version, nil)
        case 1...2: world.distrust(version, Withdrawal(limits: [share()], isPending: dice.chance(20)))
        case 3: world.allow(version, dice.number(0...100))
        default:
            world.trust(version)
            world[facts: version].allowance = nil
        }
    }

    /// Guards of the cluster, and others of its set.
    private mutating func guardSomething() {
        switch dice.number(0...5) {
        case 0:
            let until = dice.chance(50) ? world.now + .seconds(dice.number(1...200)) : nil
            world.guards.freeze = FreezeFacts(guards: ["freeze"], until: until, reason: "")
        case 1: world.guards.nextFreeze = world.now + .seconds(dice.number(1...60))
        case 2:
            let left = dice.number(0...3)
            world.guards.budget = BudgetFacts(name: "budget", limit: 3, hosts: 9, used: 3 - left, holders: "", left: left)
        case 3: world.verbs.overrideFreeze = "seed \(seed)"
        case 4:
            world.spec.set = "set"
            world.siblings = [SiblingRetreat(deployment: "other", reason: "it failed", began: world.now - .seconds(30), time: world.now)]
        default: (world.guards, world.siblings) = (GuardFacts(), [])
        }
    }

    /// A host gets, or loses, what some version needs beside it.
    private mutating func needSomething() {
        let revision = World.revision("1.\(dice.number(1...asked)).0")
        world.hosts[dice.number(0...world.hosts.count - 1)].unmetNeeds = dice.chance(50) ? [:] : [revision: "no tls"]
    }

    /// All hosts are back, and behave, and nobody interferes any more.
    mutating func rest() {
        world.spec.paused = false
        (world.guards, world.siblings) = (GuardFacts(), [])
        world.checkBehaviour = [:]
        if world.hosts.isEmpty { world.hosts.append(SimulatedHost("edge.last")) }
        for revision in world.revisions {
            world.trust(revision.version)
            world[facts: revision.version].allowance = nil
        }
        if case .refused = world.wanted, let some = world.revisions.first { world.wanted = .revision(some.name) }
        for index in world.hosts.indices {
            world.hosts[index].isReady = true
            world.hosts[index].heard = nil
            world.hosts[index].isHeld = false
            world.hosts[index].incompatibleWith = []
            world.hosts[index].canRoute = true
            world.hosts[index].canRestart = true
            world.hosts[index].unfit = [:]
            world.hosts[index].unmetNeeds = [:]
            for revision in world.revisions where world.hosts[index].behaviour[revision.name] != .failsProbe {
                world.hosts[index].behaviour[revision.name] = .works
            }
            if world.hosts[index].slot?.target?.state == .fetching { world.hosts[index].slot?.target = nil }
        }
        var ticks = 0
        while !isAtRest, ticks < 600 {
            letGoOn()
            world.tick()
            invariants.check(world, deeply: dice.chance(1))
            ticks += 1
        }
    }

    /// Whatever goes on is given up, and hosts behave from now on.
    /// - Returns: the revision that must be stable when it rests, if that can be said.
    mutating func giveUp() -> String? {
        guard world.isRunning, let rollout = world.status.rollout else { return nil }
        if rollout.kind == .restart { return giveUpRestart(rollout.id) }
        guard rollout.kind == .steps else { return nil }
        let stable = world.status.stable
        // What was asked for while nothing moved begins when it goes on.
        let comesBack = !world.spec.paused || world.wanted.revision == world.status.canary?.revision
        world.verbs = Verbs()
        if dice.chance(50) || stable == nil || world.spec.paused {
            world.verbs.abort = rollout.id
        } else {
            world.wanted = .revision(stable!.revision)
        }
        world.decide()
        invariants.check(world, deeply: true)
        let facts = world.revisions.first { $0.name == stable?.revision }
        return comesBack && facts.map { $0.isAllowed && !$0.isCondemned } ?? false ? stable?.revision : nil
    }

    /// - Returns: what hosts had, if nothing else is wanted.
    private mutating func giveUpRestart(_ id: String) -> String? {
        let stable = world.status.stable
        world.verbs = Verbs()
        world.verbs.abort = id
        world.decide()
        invariants.check(world, deeply: true)
        invariants.demand(world.plan?.spec.restart == nil, "hosts are still to restart: \(world.testDescription)")
        let facts = world.revisions.first { $0.name == stable?.revision }
        guard let facts, facts.isAllowed, !facts.isCondemned, world.wanted.revision == facts.name else { return nil }
        return facts.name
    }

    /// People promote and approve what waits for them.
    private mutating func letGoOn() {
        guard let rollout = world.status.rollout else { return }
        switch world.condition("Progressing")?.reason {
        case "DeadlineExceeded": world.verbs.abort = rollout.id
        case "StepPaused", "PreflightFailed", "AnalysisInconclusive": world.verbs.promote = "\(rollout.id)/\(rollout.stepIndex)"
        case "ApprovalNeeded": world.verbs.approve = "\(rollout.id)/\(rollout.stepIndex)/ann"
        case "EnvironmentFailure" where rollout.kind == .return && world.status.message.contains(": stalled, "): removeThoseWhoFail()
        default: break
        }
    }

    /// Hosts with nothing to serve that fail the probe of what is proven do not try it again in the same rollout, and fill the limit of a way back
    /// for ever: all that is promised is that it goes on when people hold or remove them, as its message says. Whatever else stalls it is found.
    private mutating func removeThoseWhoFail() {
        guard let stable = world.status.stable?.revision else { return }
        world.hosts.removeAll {
            $0.behaviour[stable] == .failsProbe && $0.active == nil && $0.slot?.target?.revision == stable
                && $0.slot?.target?.state == .failed
        }
        if world.hosts.isEmpty { world.hosts.append(SimulatedHost("edge.last")) }
    }

    /// Who was away in a restart, or held, has caught up.
    private func hasRestarted(_ host: SimulatedHost) -> Bool {
        guard let plan = world.plan?.spec, let restart = host.restart(by: plan) else { return true }
        return host.slot?.restarted == restart || world.revisions.contains { $0.digest == plan.stable?.digest && $0.quarantine != nil }
    }

    /// Nothing is in progress, and nothing more is about to begin.
    var isAtRest: Bool {
        guard !world.isRunning, let wanted = world.wanted.revision.flatMap({ name in world.revisions.first { $0.name == name } }) else {
            return world.revisions.isEmpty
        }
        guard let stable = world.status.stable else { return !wanted.isAllowed || wanted.isCondemned }
        let hasArrived = world.hosts.allSatisfy { host in
            host.active == stable.revision && host.beside == nil && hasRestarted(host)
                || [.reverted, .failed].contains(host.slot?.target?.state)
        }
        return hasArrived || world.plan?.spec.stable == nil
    }
}

extension RandomLife: CustomTestStringConvertible {
    var testDescription: String { "seed \(seed): \(world.testDescription)" }
}

import GraftAPI
import KubeCore

@testable import Agent

/// One slot, its journal and a host, all as values: what the runner does with the machine, without files, time or tasks.
struct SlotSimulation {
    /// How a version is bad, by its name.
    enum Fault { case refusesToLoad, failsProbe, failsSoak, diesWhileSoaking, killsTheAgent, isDisturbed }

    var machine: SlotStateMachine
    /// What the last fsync left on the disk.
    var journal: SlotRecord
    var inputs = SlotInputs()
    var faults: [String: Fault] = [:]
    /// Fails of the environment, by action.
    var registryIsDown = false
    var hostIsDown = false
    /// What restoring finds changed.
    var mended: String?

    private(set) var stored: Set<InstalledRevision> = []
    private(set) var verified: Set<InstalledRevision> = []
    private(set) var staged: Set<InstalledRevision> = []
    /// What `current` links to, and what the process runs.
    private(set) var linked: InstalledRevision?
    private(set) var running: InstalledRevision?
    /// What `routing.json` says, and by what the process divides calls.
    private(set) var linkedBeside: RoutedCanary?
    private(set) var beside: RoutedCanary?
    private(set) var process = 1
    private(set) var actions: [SlotAction] = []
    private(set) var activations: [String: Int] = [:]
    /// How often the host was told to load anew what it runs, by the restart.
    private(set) var reloads: [Instant: Int] = [:]
    private(set) var soakProbes = 0
    private(set) var fetches: [String] = []
    /// What has no room on this host, by its name.
    var tooLarge: Set<String> = []

    init(policy: SlotPolicy = .quick) {
        let record = SlotRecord(slot: "net/filter")
        machine = SlotStateMachine(record: record, policy: policy)
        journal = record
    }

    static func reference(_ version: String) -> RevisionReference {
        RevisionReference(revision: "filter-\(version)", digest: "sha256:\(version)", version: version)
    }

    static func installed(_ version: String) -> InstalledRevision {
        InstalledRevision(
            namespace: "payments", revision: "filter-\(version)", digest: "sha256:\(version)", configHash: "none", version: version)
    }

    static func plan(
        _ target: String?, rollout: String = "r1", previous: String? = nil, action: ModulePlanSpec.Action = .run, requires: [String] = [],
        ahead: String? = nil, name: String = "filter", place: Double = 0, created: Int64 = 0
    ) -> SlotPlan {
        SlotPlan(
            owner: SlotOwner(namespace: "payments", name: name, planUID: "uid-\(name)"), action: action, rollout: rollout,
            requires: requires, target: target.map(reference), previous: previous.map(reference), ahead: ahead.map(reference),
            named: [target, previous, ahead].compactMap { $0 }.map(reference), place: place, created: created)
    }

    /// A plan by which what is there is loaded anew.
    static func restarting(_ target: String, _ number: Int64, rollout: String = "r2", previous: String? = nil) -> SlotPlan {
        var plan = plan(target, rollout: rollout, previous: previous)
        plan.restart = restart(number)
        return plan
    }

    static func restart(_ number: Int64) -> Instant { Instant(Timestamp(seconds: number)) }

    static func rule(_ percent: Int) -> DividingRule {
        DividingRule(salt: "salt", rule: TrafficRule(shares: percent == 0 ? [] : [TrafficShare(Weight(percent: percent))]))
    }

    /// A plan by which a version has a part of the calls, beside another.
    static func dividing(_ target: String, beside stable: String?, percent: Int, rollout: String = "r2") -> SlotPlan {
        var plan = plan(target, rollout: rollout, previous: stable, requires: ["routing"])
        plan.rule = rule(percent)
        plan.beneath = stable.map(reference)
        return plan
    }

    /// What today's policies say of a version.
    mutating func find(_ state: SlotTrust.State, _ version: String) {
        let reason = state == .trusted ? nil : state == .distrusted ? "NotTrusted" : "ProofsMissing"
        inputs.findings[Self.installed(version)] = TrustFinding(
            state, reason: reason, message: reason.map { "\(version): \($0)" },
            evidenceHash: state == .trusted ? "sha256:of-\(version)" : nil,
            stamp: inputs.policyStamp)
    }

    /// Decides, writes down, performs and finishes one action. Waiting moves the clock.
    @discardableResult
    mutating func step() -> SlotAction {
        let action = decide()
        guard let result = perform(action) else {
            crash()
            return action
        }
        machine.finish(action, result, inputs)
        return action
    }

    @discardableResult
    mutating func decide() -> SlotAction {
        let action = machine.next(inputs)
        journal = machine.record
        actions.append(action)
        return action
    }

    /// The agent is killed and started again.
    mutating func crash() {
        journal = machine.record == journal ? journal : journal
        machine = SlotStateMachine(record: journal, policy: machine.policy)
        verified = []
    }

    /// The host process is killed and started again: it loads what is linked.
    mutating func restartHost() {
        process += 1
        (running, beside) = (linked, linkedBeside)
    }

    /// Steps until the machine has nothing to do but wait for a change.
    mutating func settle(limit: Int = 400) {
        for _ in 0..<limit {
            if case .wait(until: nil) = step() { return }
        }
    }

    /// Steps until something is being loaded.
    mutating func runUntilActivation(limit: Int = 400) {
        for _ in 0..<limit {
            if case .activate = step() { return }
        }
    }

    mutating func run(until step: SlotRecord.Step, limit: Int = 400) {
        for _ in 0..<limit where machine.record.step != step { self.step() }
    }

    /// Nil: performing it killed the agent.
    mutating func perform(_ action: SlotAction) -> Result<SlotOutcome, SlotFailure>? {
        switch action {
        case .wait(let moment):
            if let moment { inputs.now = max(inputs.now, moment) }
            return .success(.done)
        case .fetch(let reference, _):
            guard !registryIsDown else { return .failure(SlotFailure(.environment, "FetchFailed", "the registry is down")) }
            let installed = Self.installed(reference.version!)
            fetches.append(reference.version!)
            if tooLarge.contains(installed.version) { return .failure(SlotFailure(.environment, SlotFailure.diskFull, "no room")) }
            stored.insert(installed)
            return .success(.fetched(installed))
        case .verify(let installed):
            guard stored.contains(installed) else { return .failure(SlotFailure(.environment, SlotFailure.missing, "not stored")) }
            if inputs.isDistrusted(installed) {
                return .failure(SlotFailure(.environment, "NotTrusted", "policy release: no signature by release"))
            }
            verified.insert(installed)
            return .success(.verified(evidenceHash: "sha256:of-\(installed.version)", stamp: inputs.policyStamp))
        case .stage(let installed):
            precondition(verified.contains(installed), "staged without being verified")
            staged.insert(installed)
            return .success(.done)
        case .restore(let installed):
            linked = installed
            return .success(.restored(mended: mended))
        case .activate(let installed): return activate(installed)
        case .reload(let installed): return reload(installed)
        case .route(let canary, let active): return route(canary, beside: active)
        case .probe(let installed): return probe(installed)
        case .revert(let installed):
            (linked, linkedBeside) = (installed, nil)
            if hostIsDown { return .failure(SlotFailure(.unreachable, "ReloadFailed", "the host is down")) }
            (running, beside) = (installed, nil)
            return .success(.done)
        case .unload:
            (linked, linkedBeside) = (nil, nil)
            (running, beside) = (nil, nil)
            return .success(.done)
        }
    }

    private mutating func activate(_ installed: InstalledRevision) -> Result<SlotOutcome, SlotFailure>? {
        precondition(staged.contains(installed), "activated without being staged")
        if hostIsDown { return .failure(SlotFailure(.unreachable, "ProbeFailed", "the host is down")) }
        activations[installed.version, default: 0] += 1
        (linked, linkedBeside) = (installed, nil)
        if faults[installed.version] == .killsTheAgent {
            restartHost()
            return nil
        }
        if faults[installed.version] == .refusesToLoad {
            return .failure(SlotFailure(.module, "ActivationFailed", "\(installed.version) needs a table"))
        }
        (running, beside) = (installed, nil)
        if faults[installed.version] == .isDisturbed {
            return .failure(SlotFailure(.disturbed, SlotFailure.tampered, "another file stands there"))
        }
        return .success(.done)
    }

    private mutating func reload(_ installed: InstalledRevision) -> Result<SlotOutcome, SlotFailure>? {
        precondition(staged.contains(installed) && machine.record.active == installed, "loaded anew without being active")
        if hostIsDown { return .failure(SlotFailure(.unreachable, "ProbeFailed", "the host is down")) }
        reloads[machine.record.restart!, default: 0] += 1
        linked = installed
        if faults[installed.version] == .killsTheAgent {
            restartHost()
            return nil
        }
        if faults[installed.version] == .refusesToLoad {
            return .failure(SlotFailure(.module, "ActivationFailed", "\(installed.version) needs a table"))
        }
        running = installed
        if faults[installed.version] == .isDisturbed {
            return .failure(SlotFailure(.disturbed, SlotFailure.tampered, "another file stands there"))
        }
        return .success(.done)
    }

    private mutating func route(_ canary: RoutedCanary, beside active: InstalledRevision) -> Result<SlotOutcome, SlotFailure>? {
        precondition(staged.contains(canary.installed), "routed without being staged")
        let version = canary.installed.version
        if linkedBeside == canary, beside == canary { return .success(.restored(mended: nil)) }
        if hostIsDown { return .failure(SlotFailure(.unreachable, "ProbeFailed", "the host is down")) }
        if machine.record.step == .activating { activations[version, default: 0] += 1 }
        (linked, linkedBeside) = (active, canary)
        if faults[version] == .killsTheAgent {
            restartHost()
            return nil
        }
        if faults[version] == .refusesToLoad { return .failure(SlotFailure(.module, "ActivationFailed", "\(version) needs a table")) }
        (running, beside) = (active, canary)
        if faults[version] == .isDisturbed {
            return .failure(SlotFailure(.disturbed, SlotFailure.tampered, "another file stands there"))
        }
        return .success(.restored(mended: nil))
    }

    private mutating func probe(_ installed: InstalledRevision) -> Result<SlotOutcome, SlotFailure>? {
        if hostIsDown { return .failure(SlotFailure(.unreachable, "ProbeFailed", "the host is down")) }
        guard running == installed || beside?.installed == installed, faults[installed.version] != .failsProbe else {
            return .failure(SlotFailure(.module, "ProbeFailed", "the host runs \(running?.version ?? "nothing")"))
        }
        if machine.record.step == .soaking {
            soakProbes += 1
            if faults[installed.version] == .failsSoak, soakProbes > 2 {
                return .failure(SlotFailure(.module, "ProbeFailed", "it lost its table"))
            }
            if faults[installed.version] == .diesWhileSoaking, soakProbes > 2 { restartHost() }
        }
        return .success(.serving(process: String(process)))
    }
}

extension SlotPolicy {
    /// Whole seconds, so that tests read well.
    static var quick: SlotPolicy {
        var policy = SlotPolicy()
        policy.features.insert("routing")
        policy.probeDeadline = .seconds(4)
        policy.probeInterval = .seconds(1)
        policy.soak = .seconds(10)
        policy.soakInterval = .seconds(2)
        policy.fetchSpread = .zero
        return policy
    }
}

import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization

/// Does what a slot's machine asks for, one action after the other: writes down, performs, reports.
final class SlotRunner: Service {
    let settings: AgentConfiguration.Slot
    let host: HostState
    let driver: any Driver
    let store: ContentStore
    let fetcher: RevisionFetcher
    let verifier: RevisionVerifier
    let logger: Logger
    let surroundings: Surroundings
    private let journal: Journal
    private let report: @Sendable (SlotReport) -> Void
    /// Called each time files were found changed by somebody else.
    private let tampered: @Sendable () -> Void
    private let state: Mutex<State>

    private struct State {
        var machine: SlotStateMachine
        /// What the journal holds.
        var journaled: SlotRecord?
        var journalFailures = 0
        /// Decided at least once with all caches full.
        var hasDecided = false
        /// The last two: what the slot loads next, and what it stages ahead.
        var verified: [VerifiedRevision] = []
    }

    init(
        _ settings: AgentConfiguration.Slot, host: HostState, driver: any Driver, store: ContentStore, fetcher: RevisionFetcher,
        journal: Journal, logger: Logger, surroundings: Surroundings, tampered: @escaping @Sendable () -> Void,
        report: @escaping @Sendable (SlotReport) -> Void
    ) {
        self.settings = settings
        self.host = host
        self.driver = driver
        self.store = store
        self.fetcher = fetcher
        self.journal = journal
        self.surroundings = surroundings
        self.report = report
        self.tampered = tampered
        verifier = RevisionVerifier(store: store, host: host.configuration, monotonic: surroundings.now)
        var logger = logger
        logger[metadataKey: "slot"] = "\(settings.name)"
        self.logger = logger
        var policy = settings.policy
        policy.features = driver.features.union(AgentFeature.all)
        let record = journal.record(of: settings.name)
        state = Mutex(
            State(machine: SlotStateMachine(record: record ?? SlotRecord(slot: settings.name), policy: policy), journaled: record))
    }

    var slot: String { settings.name }
    private var wake: Wake { host.wake(of: slot) }

    func run() async throws {
        defer { endCleanly() }
        while true {
            try Task.checkCancellation()
            let action = decide()
            guard writeDown() else {
                try await pauseForJournal()
                continue
            }
            noteServing()
            if host.neighbours.wait(with: state.withLock { $0.machine.waitingForNeeds }, in: slot) { host.wakeAll() }
            tell()
            host.has(state.withLock { $0.machine.present }, in: slot)
            await collect()
            switch action {
            case .wait(let moment): try await wake.wait(atMost: moment.map { $0 - surroundings.now() }, surroundings)
            default: try await carryOut(action)
            }
        }
    }

    private func decide() -> SlotAction {
        let inputs = inputs()
        let action = state.withLock { state in
            if inputs.isSynced { state.hasDecided = true }
            var machine = state.machine
            var action = machine.next(inputs)
            if machine.record.step.needsTurn, !host.turns.take(for: slot) {
                // Another slot was quicker.
                var inputs = inputs
                inputs.mayActivate = false
                machine = state.machine
                action = machine.next(inputs)
            }
            state.machine = machine
            return action
        }
        if !needsTurn { host.turns.release(by: slot) }
        return action
    }

    private var needsTurn: Bool { state.withLock { $0.machine.record.step.needsTurn } }

    /// Everything the machine's decision depends on, as it is now.
    private func inputs() -> SlotInputs {
        var inputs = SlotInputs()
        inputs.now = surroundings.now()
        inputs.wallTime = surroundings.wallTime()
        inputs.random = surroundings.random()
        inputs.mayActivate = host.turns.mayTake(slot)
        inputs.isLastActivated = host.turns.isLast(slot)
        inputs.isSynced = host.sources.isSynced
        inputs.policyStamp = host.policyStamp
        inputs.findings = host.board.findings
        inputs.isJudged = host.board.isJudged
        inputs.suspicions = host.suspicions(of: slot)
        inputs.unmetNeeds = host.neighbours.unmet(in: slot, serving: host.serving.all.compactMapValues(\.revision))
        // Before all caches are full nothing is known to be allowed.
        guard inputs.isSynced else { return inputs }
        let configuration = host.configuration
        let (labels, zone) = (host.labels, host.zone)
        inputs.plans = host.sources.plans.all().filter { $0.spec.slot == slot }.compactMap {
            SlotPlan($0, host: configuration.hostName, hostClass: configuration.hostClass, zone: zone, labels: labels)
        }
        inputs.quarantines = host.sources.quarantines.all().map(\.spec)
        inputs.isHeld = host.isHeld
        inputs.isReturning = !state.withLock { $0.hasDecided } || host.contact.isStale(at: inputs.now)
        return inputs
    }

    /// - Returns: whether the journal holds what was decided; if not, nothing may be done.
    private func writeDown() -> Bool {
        let (record, isNew) = state.withLock { ($0.machine.record, $0.machine.record != $0.journaled) }
        guard isNew else { return true }
        do {
            try journal.append(record)
            state.withLock { state in
                if state.journaled?.step != record.step { note(record) }
                if let trust = record.trust, state.journaled?.trust?.state != trust.state { note(trust, record) }
                state.journaled = record
                state.journalFailures = 0
            }
            return true
        } catch {
            let failures = state.withLock {
                $0.journalFailures += 1
                return $0.journalFailures
            }
            logger.error("the journal can't be written; nothing is changed until it can", metadata: ["error": "\(error)"])
            if failures == 1 { report(SlotReport(slot: slot, journalFailure: "\(error)", of: state.withLock { $0.machine })) }
            return false
        }
    }

    private func pauseForJournal() async throws {
        let failures = state.withLock { $0.journalFailures }
        try await surroundings.sleep(Backoff(base: .milliseconds(250), cap: .seconds(10)).delay(failures, random: surroundings.random()))
    }

    private func note(_ record: SlotRecord) {
        var metadata: Logger.Metadata = ["step": "\(record.step.rawValue)"]
        if let candidate = record.candidate { metadata["candidate"] = "\(candidate.version)" }
        if let canary = record.canary {
            metadata["canary"] = "\(canary.installed.version)"
            metadata["rule"] = "\(canary.rule.name)"
        }
        if let active = record.active { metadata["active"] = "\(active.version)" }
        if let rejected = record.rejected { metadata["rejected"] = "\(rejected.version): \(rejected.message)" }
        logger.info("slot goes on", metadata: metadata)
    }

    private func note(_ trust: SlotTrust, _ record: SlotRecord) {
        let metadata: Logger.Metadata = [
            "trust": "\(trust.state.rawValue)", "active": "\(record.active?.version ?? "none")", "reason": "\(trust.reason ?? "-")",
            "message": "\(trust.message ?? "-")",
        ]
        if trust.state == .trusted { return logger.info("what runs is trusted", metadata: metadata) }
        logger.warning("what runs would not be loaded today, and goes on running", metadata: metadata)
    }

    /// Has the driver see to what is in place, when that seems changed by somebody else.
    func inspect() {
        let (active, isQuiet) = state.withLock { ($0.machine.record.active, !$0.machine.record.step.needsTurn) }
        guard isQuiet, let active, let change = driver.change(in: active) else { return }
        logger.warning("what is in place seems changed; it is looked after", metadata: ["change": "\(change)"])
        host.suspect(slot)
    }

    /// Before anything is changed in the host, and when it is over.
    private func noteServing() {
        let record = state.withLock { $0.machine.record }
        // What others need may be there now, or no longer.
        if host.serving.note(record.step.needsTurn ? nil : record.active, in: slot) { host.wakeAll() }
    }

    private func tell() { report(SlotReport(slot: slot, of: state.withLock { $0.machine })) }

    private func endCleanly() {
        host.turns.release(by: slot)
        let record = state.withLock { state in
            state.machine.endCleanly()
            return state.machine.record
        }
        if record != journal.record(of: slot), record.endedCleanly { try? journal.append(record) }
    }

    /// Lets go of what no slot needs any more.
    private func collect() async {
        let kept = state.withLock { $0.machine.kept }
        guard let all = host.keep(kept, for: slot) else { return }
        do {
            host.neighbours.retain(all)
            try store.collect(keeping: all)
            try await driver.retain(kept)
        } catch {
            logger.warning("old versions can't be removed", metadata: ["error": "\(error)"])
        }
    }

    /// Performs an action, and stops it as soon as the machine would ask for another.
    private func carryOut(_ action: SlotAction) async throws {
        if action.takesIn { host.turns.activated(slot) }
        let result = try await withThrowingTaskGroup(of: Result<SlotOutcome, SlotFailure>?.self) { group in
            group.addTask { try await self.result(of: action) }
            group.addTask {
                while true {
                    await self.wake.wait()
                    try Task.checkCancellation()
                    if !self.isStillAskedFor(action) { return nil }
                }
            }
            defer { group.cancelAll() }
            return try await group.next()!
        }
        guard let result else { return }
        if case .failure(let failure) = result { log(failure, action) }
        if let tampering = result.tampering {
            logger.error("somebody else changed files of a version", metadata: ["tampering": "\(tampering)"])
            tampered()
        }
        let inputs = inputs()
        state.withLock { $0.machine.finish(action, result, inputs) }
        if !needsTurn { host.turns.release(by: slot) }
    }

    private func isStillAskedFor(_ action: SlotAction) -> Bool {
        var copy = state.withLock { $0.machine }
        return copy.next(inputs()) == action
    }

    /// - Throws: `CancellationError` alone.
    private func result(of action: SlotAction) async throws -> Result<SlotOutcome, SlotFailure> {
        do {
            return .success(try await perform(action))
        } catch {
            try Task.checkCancellation()
            return .failure(SlotFailure(error, during: action))
        }
    }

    private func log(_ failure: SlotFailure, _ action: SlotAction) {
        // Probes fail while a host starts; what comes of it is told when it is over.
        if case .probe = action { return logger.debug("the probe failed", metadata: ["error": "\(failure.message)"]) }
        logger.warning("a step of the slot failed", metadata: ["reason": "\(failure.reason)", "error": "\(failure.message)"])
    }

    /// Calls are divided, as far as is written down.
    var isDivided: Bool { state.withLock { $0.machine.record.canary != nil } }

    func remember(_ verified: VerifiedRevision) {
        state.withLock { $0.verified = $0.verified.suffix(1).filter { $0.installed != verified.installed } + [verified] }
    }
    func verified(_ installed: InstalledRevision) -> VerifiedRevision? {
        state.withLock { $0.verified.first { $0.installed == installed } }
    }
}

import GraftAPI
import KubeCore

/// Sentences for people: why a deployment is where it is, and what would move it.
struct Messages {
    private let deliberation: Deliberation
    private let hosts: HostCounts
    private var status: ModuleDeploymentStatus { deliberation.status }
    private var name: String { deliberation.observation.deployment.name }
    private var stable: String { deliberation.label(status.stable) }

    init(_ deliberation: Deliberation, hosts: HostCounts) {
        self.deliberation = deliberation
        self.hosts = hosts
    }

    var sentence: String {
        [described + reason, status.trust?.summary.asSentence ?? ""].filter { !$0.isEmpty }.joined(separator: " ").bounded(to: 2000)
    }

    private var described: String {
        switch deliberation.situation {
        case .atRest: delivered
        case .paused: "Paused by spec.paused: nothing moves, rollbacks neither, until it is false.\(aside)\(abortable)"
        case .pending(let what): what.asSentence + meanwhile
        case .refused(let refusal): refusal.message.asSentence + (deliberation.isRunning ? meanwhile : serving)
        case .distrusted(let distrust): distrusted(distrust)
        case .waitsForSignature(let allowance): "\(doing): waits for a signature. \(allowance.refusal.message.asSentence)"
        case .condemned(let version, .rejected, let reason, _):
            "\(version) was given up, and is not tried again until graft retry \(name). \(reason.asSentence)\(serving)"
        case .condemned(let version, _, let reason, let quarantine): condemned(version, reason, quarantine)
        case .quarantined(let version, let quarantine):
            "\(version) is quarantined: \(quarantine.reason.asSentence)\(serving) Set spec.module to another version, or delete "
                + "ModuleQuarantine \(quarantine.name)."
        case .conflict(let sentence): sentence + (deliberation.isRunning ? meanwhile : serving)
        case .incompatible(let host, let reason, let count):
            "Not begun: \(count) Ready host\(count == 1 ? "" : "s") can't run it; \(host): \(reason). "
                + "Upgrade, hold or deselect them, or set another version.\(serving)"
        case .noHosts(let selected): noHosts(selected)
        case .frozen(let health):
            "Frozen: \(health.ready) of \(health.ready + health.absent + health.lost) hosts are Ready; "
                + "nobody is blamed and nothing moves until they are back.\(aside)"
        case .heldByFreeze(let freeze): held(freeze)
        case .heldByBudget(let budget):
            "\(doing): waits for RolloutGuard \(budget.name), which lets \(budget.limit) of \(counted(budget.hosts)) run what is unproven: "
                + "\(budget.used) do (\(budget.holders.isEmpty ? "none" : budget.holders)), \(budget.left) may follow."
                + (budget.nextProven.map { " The next revision counts as proven at \($0)." } ?? "")
        case .awaitingNeeds(let host, let reason): "\(doing): waits for other modules. \(host): \(reason)."
        case .pauseStep(let until?): "\(step): paused until \(until), then it goes on; graft promote \(name) goes on now.\(limit)"
        case .pauseStep(nil): "\(step): paused until promoted; graft promote \(name) goes on.\(limit)"
        case .awaitingApproval(let people):
            "\(step): waits for the approval of \(people.count == 1 ? "" : "one of ")\(people.joined(separator: ", ")): graft approve \(name) --by \(people[0]).\(limit)"
        case .overdue:
            "\(doing): stands still. \(status.rollout?.overdue ?? "") graft promote \(name) goes on, graft abort \(name) goes back."
        case .inconclusive:
            "\(doing): stands still. \(status.rollout?.overdue ?? "") graft promote \(name) goes on, graft abort \(name) goes back."
        case .analysing(let what): "\(doing): waits for \(what)\(since). graft promote \(name) goes on without.\(limit)"
        case .awaitingSamples(let what): "\(doing): waits for \(what)\(since). graft promote \(name) goes on without."
        case .awaitingVerdict(let what):
            "\(doing): waits for the verdict of \(what)\(since). graft promote \(name) goes on without.\(limit)"
        case .moving(let wave): moving(wave)
        case .preflight(let progress): preflight(progress)
        case .soaking(let count, let until): "\(doing): the last wave, \(counted(count)), soaks until \(until)."
        case .awaitingSigns(let host): "\(doing): waiting for a sign of life of \(host) to end its soak."
        case .noCanary(let failed):
            "\(doing): no host is active on it\(failed > 0 ? ", \(counted(failed)) failed" : ""); at least one must be."
        case .stalled(let facts):
            "\(doing): stalled, \(counted(facts.hosts)) of at most \(facts.limit) in flight, \(facts.example). "
                + "Mend, hold or remove them; nobody is quarantined for it."
        case .held: "Given up, with no proven revision to go back to: hosts keep what they have. \(status.rollout?.reason ?? "")"
        }
    }

    private func held(_ freeze: FreezeFacts) -> String {
        let guards = "RolloutGuard\(freeze.guards.count == 1 ? "" : "s") \(freeze.guards.joined(separator: ", "))"
        let end = freeze.until.map { "until \($0)" } ?? "until that is changed"
        let what = deliberation.isRunning ? "\(doing): held" : "Not begun: held"
        return "\(what) by \(guards) \(end). \(freeze.reason.asSentence)\(freeze.reason.isEmpty ? "" : " ")Going back is not held; "
            + "graft promote \(name) --override-freeze --reason lets this rollout go on.\(deliberation.isRunning ? "" : serving)"
    }

    private func condemned(_ version: String, _ reason: String, _ quarantine: String?) -> String {
        let remedy = quarantine.map { "delete ModuleQuarantine \($0)" } ?? "graft retry \(name)"
        let what = status.stable == nil ? "failed" : "was rolled back"
        return "\(version) \(what): \(reason.asSentence)\(serving) Set spec.module to another version, or \(remedy) to have it tried again."
    }

    private func distrusted(_ distrust: Distrust) -> String {
        let what = distrust.refusal.message.asSentence
        switch distrust.course {
        case .reported: return "\(what) Hosts keep it, as no policy that refuses it says onDistrust: RollBack."
        case .checking: return "\(what) Hosts keep it while signatures are looked for that count today."
        case .nowhere: return "\(what) Hosts keep it: there is no other proven version that policies accept."
        case .left: return "\(what)\(serving) It comes back by its steps when it is accepted again."
        }
    }

    private var delivered: String {
        let behind = hosts.eligible - hosts.updated
        let rest = [
            behind > 0 ? "\(counted(behind)) still to follow" : nil, hosts.failed > 0 ? "\(hosts.failed) failed" : nil,
            hosts.skipped > 0 ? "\(hosts.skipped) skipped" : nil, hosts.incompatible > 0 ? "\(hosts.incompatible) incompatible" : nil,
        ].compactMap { $0 }
        let all = "\(stable) is active on \(hosts.updated) of \(counted(hosts.eligible))"
        let ended = status.rollout?.cause == .restartEnded ? " Its restart was ended: \(status.rollout?.reason?.asSentence ?? "")" : ""
        return (rest.isEmpty ? "\(all)." : "\(all); \(rest.joined(separator: ", ")).") + ended
    }

    private func noHosts(_ selected: Int) -> String {
        let what = "class \(deliberation.spec.hostClass)"
        return selected == 0
            ? "\(doing): no host of \(what) matches the selector; it goes on when one registers."
            : "\(doing): none of the \(counted(selected)) of \(what) is Ready and compatible; it goes on when one is."
    }

    private func preflight(_ progress: PreflightProgress) -> String {
        let until = progress.deadline.map { " It is tried again until \($0)." } ?? ""
        guard progress.exceeds else { return "\(doing): preflight, nothing is activated; \(progress.summary)." }
        return "\(doing): preflight, and too many can't take it; \(progress.summary).\(until) Nothing was activated for it."
    }

    private func moving(_ wave: WaveProgress) -> String {
        let start = "\(doing): wave \(wave.number), \(wave.settled) of \(counted(wave.hosts)) active; waiting for \(wave.example)"
        return wave.isStuck ? "\(start). It is tried again; the module is not blamed." : "\(start)."
    }

    /// What is being done, with where it is.
    private var doing: String {
        guard let rollout = status.rollout, let target = deliberation.target else { return "Waiting" }
        switch rollout.kind {
        case .initial: return "Rolling out \(deliberation.label(target)), the first version"
        case .steps: return step
        case .return where rollout.cause == .restartEnded: return "Ending the restart of \(deliberation.label(target))"
        case .return: return "Going back to \(deliberation.label(target))"
        case .restart: return "Loading \(deliberation.label(target)) anew"
        }
    }

    /// Why it goes back, while it does.
    private var reason: String {
        guard let rollout = status.rollout, rollout.kind == .return, deliberation.isRunning else { return "" }
        return rollout.reason.map { " Reason: \($0.asSentence)" } ?? ""
    }

    private var step: String {
        guard let rollout = status.rollout else { return "" }
        let count = StepSchedule(deliberation.strategy).count
        let calls = rollout.traffic.map { " with \($0)" } ?? ""
        return
            "Rolling out \(deliberation.label(status.canary)): step \(min(rollout.stepIndex + 1, count)) of \(count), \(rollout.weight)\(calls)"
    }

    /// What comes when nobody does anything, where the step has a deadline.
    private var limit: String {
        guard let rollout = status.rollout, rollout.stepStartTime != nil,
            let deadline = StepSchedule(deliberation.strategy).deadline(rollout.stepIndex)
        else {
            return ""
        }
        let what = deadline.consequence == .rollback ? "it goes back" : "nothing moves until somebody decides"
        return " At \(deliberation.end(of: deadline)) it is over its deadline: \(what)."
    }

    private var since: String { status.rollout?.stepStartTime.map { ", since \($0.time.wholeSeconds)" } ?? "" }
    private var serving: String { status.stable == nil ? "" : " \(stable) keeps serving." }
    /// What stands still as long as what the spec asks for is not known to be deliverable.
    private var meanwhile: String {
        // A first version has nothing to go back to, and nobody who goes without what it stands for.
        guard deliberation.isRunning, status.stable != nil else { return "" }
        return " \(doing) stands still meanwhile\(deliberation.isForward ? "; graft abort \(name) goes back" : "")."
    }
    /// The one verb that is obeyed while everything is held.
    private var abortable: String {
        deliberation.isRunning && (!deliberation.isForward || status.stable != nil) ? " graft abort \(name) goes back all the same." : ""
    }
    private var aside: String { deliberation.isRunning ? " \(doing)." : "" }

    private func counted(_ count: Int) -> String { "\(count) host\(count == 1 ? "" : "s")" }
}

extension String {
    /// With a full stop, unless it is empty or ends with one.
    var asSentence: String { isEmpty || hasSuffix(".") ? self : self + "." }

    /// No longer than a field may be, which the API server counts in code points: what hosts and registries say is as long as they like, and a
    /// status that is refused would end all progress, going back included.
    ///
    /// No longer than twice as many bytes either, as JSON has it: in other scripts than Latin that is fewer code points.
    func bounded(to limit: Int = 1000) -> String {
        // Six bytes are the most that one of its bytes becomes.
        if utf8.count * 6 <= limit { return self }
        var (end, bytes, count) = (unicodeScalars.startIndex, 0, 0)
        while end < unicodeScalars.endIndex {
            let scalar = unicodeScalars[end]
            bytes += scalar.value < 0x20 ? 6 : scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
            count += 1
            // What was cut before is not cut again for the sign that says so.
            let isMark = scalar == "…" && unicodeScalars.index(after: end) == unicodeScalars.endIndex
            if !isMark, count > limit || bytes > 2 * limit { return String(self[..<end]) + "…" }
            end = unicodeScalars.index(after: end)
        }
        return self
    }
}

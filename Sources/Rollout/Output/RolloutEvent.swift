package import GraftAPI
package import KubeCore

/// Something that was decided, with the numbers it was decided from.
package enum RolloutEvent: Sendable, Hashable {
    case adopted(String, hosts: Int, of: Int)
    case started(rollout: String, from: String?, to: String)
    case stepStarted(number: Int, of: Int, weight: Weight, hosts: Int)
    case trafficSet(number: Int, of: Int, calls: String, hosts: Int)
    case waveOpened(number: Int, hosts: Int, inFlight: Int, limit: Int)
    case leftBehind(hosts: Int, example: String)
    case paused(number: Int, of: Int, until: Timestamp?)
    case soaking(number: Int, of: Int, hosts: Int, until: Timestamp)
    case approvalNeeded(number: Int, of: Int, from: [String])
    case preflightBegan(number: Int, of: Int, hosts: Int, unable: Int)
    case preflightPassed(number: Int, of: Int, summary: String)
    /// All have answered, and more fail than may.
    case preflightFailing(number: Int, of: Int, summary: String, until: Timestamp?)
    case approved(number: Int, of: Int, by: String)
    /// A deadline passed, and nothing moves until someone decides.
    case overdue(reason: String)
    case promoted(String)
    /// Step nil: in the background, and the weight that it begins at.
    case checkStarted(String, step: Int?, of: Int, weight: Weight)
    case checksPassed(String, number: Int, of: Int)
    /// Nobody knows what an analysis says, and nothing moves until someone decides.
    case inconclusive(reason: String)
    case returning(rollout: String, to: String, cause: RolloutStatus.Cause, reason: String)
    case held(reason: String)
    case quarantined(String, reason: String)
    case completed(rollout: String, to: String, hosts: Int)
    case retried(String)
    /// Hosts that can't are left out.
    case restartStarted(rollout: String, version: String, hosts: Int, unable: Int)
    case restartCompleted(rollout: String, version: String, hosts: Int)
    case restartEnded(rollout: String, version: String, reason: String, isFailure: Bool)
    /// What the spec asks for was given up before.
    case refused(String, reason: String)
    case verbIgnored(String, reason: String)
    /// What went back and was held by a pause goes on.
    case released(rollout: String)
    case frozen(ready: Int, of: Int)
    case freezeHolds(FreezeFacts)
    case freezeOverridden(rollout: String, FreezeFacts, reason: String)
    case needUnmet(rollout: String, host: String, reason: String)
    case budgetHolds(rollout: String, BudgetFacts)
    case distrusted(String, hosts: Int, of: Int, reason: String)
    case trustedAgain(String)
    case hostsDistrust(hosts: Int, of: Int, example: String)
    case waitsForSignature(rollout: String, reason: String)
}

extension RolloutEvent {
    package var isWarning: Bool {
        switch self {
        case .leftBehind, .held, .quarantined, .refused, .verbIgnored, .frozen, .freezeOverridden, .overdue, .inconclusive, .distrusted,
            .hostsDistrust, .preflightFailing:
            true
        case .restartEnded(_, _, _, let isFailure): isFailure
        case .returning(_, _, let cause, _): cause.isAutomatic || cause == .distrusted || cause == .setRolledBack
        default: false
        }
    }

    /// CamelCase, for programs.
    package var reason: String {
        switch self {
        case .adopted: "Adopted"
        case .started: "RolloutStarted"
        case .stepStarted: "StepStarted"
        case .trafficSet: "TrafficSet"
        case .waveOpened: "WaveOpened"
        case .leftBehind: "HostsLeftBehind"
        case .paused: "Paused"
        case .soaking: "Soaking"
        case .approvalNeeded: "ApprovalNeeded"
        case .preflightBegan: "PreflightBegan"
        case .preflightPassed: "PreflightPassed"
        case .preflightFailing: "PreflightFailed"
        case .approved: "Approved"
        case .overdue: "DeadlineExceeded"
        case .promoted: "Promoted"
        case .checkStarted: "CheckStarted"
        case .checksPassed: "ChecksPassed"
        case .inconclusive: "AnalysisInconclusive"
        case .returning(_, _, let cause, _): cause == .declared ? "RollbackDeclared" : "RollbackStarted"
        case .held: "Held"
        case .quarantined: "Quarantined"
        case .completed: "RolloutCompleted"
        case .retried: "Retried"
        case .restartStarted: "RestartStarted"
        case .restartCompleted: "RestartCompleted"
        case .restartEnded: "RestartEnded"
        case .refused: "Refused"
        case .verbIgnored: "Ignored"
        case .released: "Aborted"
        case .frozen: "FleetUnhealthy"
        case .freezeHolds: "FreezeWindow"
        case .freezeOverridden: "FreezeOverridden"
        case .budgetHolds: "BudgetExhausted"
        case .needUnmet: "NeedUnmet"
        case .distrusted: "Distrusted"
        case .trustedAgain: "TrustedAgain"
        case .hostsDistrust: "HostsDistrust"
        case .waitsForSignature: "WaitsForSignature"
        }
    }

    /// What the controller does about it, as an Event's `action`.
    package var action: String {
        switch self {
        case .adopted: "Adopt"
        case .distrusted, .trustedAgain, .hostsDistrust, .waitsForSignature: "Verify"
        case .started, .stepStarted, .trafficSet, .waveOpened, .leftBehind, .completed, .frozen, .freezeHolds, .budgetHolds, .needUnmet:
            "RollOut"
        case .paused, .soaking, .approvalNeeded, .approved, .overdue, .promoted, .checkStarted, .checksPassed, .inconclusive,
            .preflightBegan, .preflightPassed, .preflightFailing:
            "Step"
        case .returning, .held: "RollBack"
        case .quarantined, .refused: "Quarantine"
        case .restartStarted, .restartCompleted, .restartEnded: "Restart"
        case .retried, .verbIgnored, .released, .freezeOverridden: "Obey"
        }
    }

    /// One sentence, for people.
    package var note: String {
        switch self {
        case .adopted(let version, let hosts, let all): "Adopted \(version) as stable: \(hosts) of \(all) hosts run it."
        case .started(let id, let from?, let to): "Rollout \(id): from \(from) to \(to)."
        case .started(let id, nil, let to): "Rollout \(id): the first version is \(to)."
        case .stepStarted(let number, let all, let weight, let hosts): "Step \(number) of \(all): \(weight) of \(hosts) eligible hosts."
        case .trafficSet(let number, let all, let calls, let hosts):
            "Step \(number) of \(all): \(calls) on \(hosts) host\(hosts == 1 ? "" : "s")."
        case .waveOpened(let number, let hosts, let inFlight, let limit):
            "Wave \(number): asks \(hosts) more host\(hosts == 1 ? "" : "s"); \(inFlight) in flight, at most \(limit) allowed."
        case .leftBehind(let hosts, let example): "Goes on without \(hosts) host\(hosts == 1 ? "" : "s") past the deadline, \(example)."
        case .paused(let number, let all, let until?): "Step \(number) of \(all): a pause until \(until)."
        case .paused(let number, let all, nil): "Step \(number) of \(all): a pause until promoted."
        case .soaking(let number, let all, let hosts, let until):
            "Step \(number) of \(all): watches \(hosts) host\(hosts == 1 ? "" : "s") until \(until)."
        case .approvalNeeded(let number, let all, let people):
            "Step \(number) of \(all): waits for the approval of \(people.count == 1 ? "" : "one of ")\(people.joined(separator: ", "))."
        case .preflightBegan(let number, let all, let hosts, let unable):
            "Step \(number) of \(all): \(hosts) host\(hosts == 1 ? "" : "s") judge it and stage it ahead; nothing is activated."
                + (unable > 0 ? " \(unable) can't, and \(unable == 1 ? "is" : "are") not asked." : "")
        case .preflightPassed(let number, let all, let summary): "Step \(number) of \(all): the preflight is passed; \(summary)."
        case .preflightFailing(let number, let all, let summary, let until):
            "Step \(number) of \(all): too many hosts can't take it; \(summary)."
                + (until.map { " It is tried again until \($0)." } ?? "")
        case .approved(let number, let all, let name): "Step \(number) of \(all): approved by \(name)."
        case .overdue(let reason): "Nothing moves until it is promoted or aborted. \(reason)"
        case .promoted(let what): "Promoted: \(what)."
        case .checkStarted(let name, let step?, let all, _): "Step \(step) of \(all): \(name) begins."
        case .checkStarted(let name, nil, _, let weight): "From \(weight) on, \(name) watches in the background."
        case .checksPassed(let what, let number, let all): "Step \(number) of \(all): passed. \(what.asSentence)"
        case .inconclusive(let reason): "Nothing moves until it is promoted or aborted. \(reason)"
        case .returning(let id, let to, _, let reason): "Rollout \(id): back to \(to). \(reason)"
        case .held(let reason): "Given up, with no revision to go back to: hosts keep what they have. \(reason)"
        case .quarantined(let version, let reason): "Quarantined \(version). \(reason)"
        case .completed(let id, let to, let hosts): "Rollout \(id): \(hosts) host\(hosts == 1 ? "" : "s") on \(to)."
        case .refused(let version, let reason): "\(version) is not tried again: \(reason.asSentence)"
        case .retried(let revision): "Revision \(revision) may be tried again."
        case .restartStarted(let id, let version, let hosts, let unable):
            "Rollout \(id): \(hosts) host\(hosts == 1 ? "" : "s") load \(version) anew."
                + (unable > 0 ? " \(unable) can't, and \(unable == 1 ? "is" : "are") left out." : "")
        case .restartCompleted(let id, let version, let hosts):
            "Rollout \(id): \(hosts) host\(hosts == 1 ? "" : "s") loaded \(version) anew."
        case .restartEnded(let id, let version, let reason, _):
            "Rollout \(id): no more hosts load \(version) anew; they keep it. \(reason)"
        case .verbIgnored(let verb, let reason): "Ignored \(verb): \(reason)"
        case .released(let id): "Rollout \(id): aborted; it goes back although spec.paused is true."
        case .frozen(let ready, let all):
            "Frozen: \(ready) of \(all) hosts are Ready; nobody is blamed and nothing moves until they are back."
        case .freezeHolds(let freeze):
            "Held by RolloutGuard \(freeze.guards.joined(separator: ", ")) until \(freeze.until?.description ?? "that is changed"). \(freeze.reason.asSentence)"
        case .freezeOverridden(let id, let freeze, let reason):
            "Rollout \(id): goes on in spite of RolloutGuard \(freeze.guards.joined(separator: ", ")). Reason: \(reason.asSentence)"
        case .needUnmet(let id, let host, let reason): "Rollout \(id): waits for other modules. \(host): \(reason.asSentence)"
        case .budgetHolds(let id, let budget):
            "Rollout \(id): waits, RolloutGuard \(budget.name) lets \(budget.limit) of \(budget.hosts) hosts run what is unproven, and "
                + "\(budget.used) do (\(budget.holders))."
        case .distrusted(let version, let hosts, let all, let reason):
            "Policies no longer accept \(version), which \(hosts) of \(all) hosts run. \(reason.asSentence)"
        case .trustedAgain(let version): "Policies accept \(version) again."
        case .hostsDistrust(let hosts, let all, let example):
            "\(hosts) of \(all) hosts would not load today what they run, \(example)".asSentence
        case .waitsForSignature(let id, let reason): "Rollout \(id): waits for a signature. \(reason.asSentence)"
        }
    }
}

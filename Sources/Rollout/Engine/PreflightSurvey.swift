import GraftAPI

/// What hosts have answered to a preflight. Asked is every Ready host that the plan may command and that is not below the cutoffs; whoever is not
/// Ready, held, or another deployment's is not asked, and catches up by the ordinary rules.
struct PreflightSurvey: Hashable {
    var asked = 0
    var staged = 0
    var failed = 0
    var waiting = 0
    var unable = 0
    /// The first of them, in the order in which they would be asked.
    var failures: [PreflightFailure] = []
    /// How many failed for which reason.
    var reasons: [String: Int] = [:]
    /// The first that has not answered, and the first whose agent can't.
    var waitingExample: String?
    var unableExample: String?

    /// - Parameters:
    ///   - revision: name of what is judged.
    ///   - rollout: answers to other attempts count for nothing.
    init(_ roster: Roster, revision: String, rollout: String, planUID: String?) {
        for entry in roster.placed({ !$0.isAsked && ($0.standing == .bystander || $0.standing == .incompatible) }) {
            let host = roster.facts(entry)
            switch entry.standing {
            case .incompatible where !host.isHeld:
                fail(host.name, "Incompatible", roster.detail(entry) ?? "")
                continue
            case .bystander: break
            default: continue
            }
            guard host.canStageAhead else {
                unable += 1
                unableExample = unableExample ?? host.name
                continue
            }
            asked += 1
            if host.slot?.active?.revision == revision {
                // It runs it, whatever else it was asked.
                staged += 1
                continue
            }
            let answer = host.slot.flatMap { $0.owner.planUID == planUID ? $0.ahead : nil }
            switch answer.flatMap({ $0.rollout == rollout && $0.revision == revision ? $0.state : nil }) {
            case .staged: staged += 1
            case .failed:
                asked -= 1
                fail(host.name, answer?.reason ?? "Failed", answer?.message ?? "")
            case .staging, nil:
                waiting += 1
                waitingExample = waitingExample ?? host.name
            }
        }
    }

    private mutating func fail(_ host: String, _ reason: String, _ message: String) {
        asked += 1
        failed += 1
        reasons[reason, default: 0] += 1
        guard failures.count < PreflightStatus.mostNamed else { return }
        failures.append(
            PreflightFailure(host: host, reason: reason.bounded(to: 60), message: message.bounded(to: 200)))
    }

    /// For the status: numbers and the first names, no more.
    func status(step: Int, isWarned: Bool) -> PreflightStatus {
        var status = PreflightStatus()
        status.step = step
        status.asked = asked
        status.staged = staged
        status.failed = failed
        status.waiting = waiting
        status.unable = unable
        status.isWarned = isWarned
        status.failures = failures
        return status
    }

    /// `9 of 12 hosts have it staged; 2 can't take it (1 DiskFull, 1 NotTrusted), at most 0 may; …`: the numbers, and the first names.
    func summary(tolerated: Int, naming most: Int = 3) -> String {
        var parts = ["\(staged) of \(asked) host\(asked == 1 ? " has" : "s have") it staged"]
        if failed > 0 {
            let kinds = reasons.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(4).map { "\($0.value) \($0.key)" }
            let named = failures.prefix(most).map {
                "\($0.host): \($0.reason)\($0.message.isEmpty ? "" : ": \($0.message.bounded(to: 200))")"
            }
            let rest = failed > named.count ? "; and \(failed - named.count) more" : ""
            parts.append(
                "\(failed) can't take it (\(kinds.joined(separator: ", "))), at most \(tolerated) may: \(named.joined(separator: "; "))\(rest)"
            )
        }
        if let waitingExample { parts.append("\(waiting) yet to answer, as \(waitingExample)") }
        if let unableExample {
            parts.append("\(unable) not asked, as \(unableExample): \(unable == 1 ? "its agent" : "their agents") can't stage ahead")
        }
        return parts.joined(separator: "; ")
    }
}

import GraftAPI
import JSON
import KubeCore
import Trust

/// What guards say of themselves. Pure: the same guards, the same lines.
struct GuardView {
    private let guards: [RolloutGuard]
    private let isOne: Bool

    init(_ guards: [RolloutGuard]) {
        self.guards = guards.sorted { $0.metadata.name < $1.metadata.name }
        isOne = false
    }

    init(one: RolloutGuard) {
        guards = [one]
        isOne = true
    }

    var json: JSON { isOne ? guards[0].json : .array(guards.map(\.json)) }

    var lines: [String] {
        if isOne { return Self.lines(of: guards[0]).map(\.visible) }
        guard !guards.isEmpty else { return ["there is no RolloutGuard"] }
        var table = TextTable(["NAME", "STATE", "HELD", "UNPROVEN", "WINDOW", "REASON"])
        for rollouts in guards {
            let status = rollouts.status
            let isSeen = status.observedGeneration != nil
            table.append([
                rollouts.metadata.name, isSeen ? status.state.rawValue : "not looked at", isSeen ? "\(status.held.count)" : "-",
                status.budget?.summary ?? "-",
                status.window.map { ($0.isActive ? "now: " : "next: ") + $0.summary } ?? "-", rollouts.spec.reason,
            ])
        }
        return table.lines
    }

    private static func lines(of rollouts: RolloutGuard) -> [String] {
        let (name, spec, status) = (rollouts.metadata.name, rollouts.spec, rollouts.status)
        guard let seen = status.observedGeneration else {
            return ["The controller has not looked at RolloutGuard \(name) yet; is it running?"]
        }
        var lines = ["\(name): \(status.state.meaning)"]
        if let generation = rollouts.metadata.generation, seen < generation {
            lines.append("The controller has yet to see the newest manifest; this is about the one before.")
        }
        if let valid = status.conditions[RolloutGuardStatus.valid], valid.status == .isFalse { lines.append(valid.message) }
        if !spec.reason.isEmpty { lines.append("What for: \(spec.reason)") }
        lines.append(
            "Covers: namespaces \(spec.match.namespaces.joined(separator: ", ")); classes \(spec.match.classes.joined(separator: ", "))")
        if let window = status.window {
            let end = window.until.map { " to \($0)" } ?? ""
            lines.append("\(window.isActive ? "Window" : "Next window"): \(window.summary) (\(window.from)\(end))")
        } else if spec.freeze != nil {
            lines.append("Next window: none within 400 days")
        }
        if let budget = status.budget {
            for group in budget.groups {
                let place = group.hostClass.map { "of class \($0)" } ?? "of all classes that it covers"
                lines.append(
                    "Budget: \(group.unproven) of the \(group.allowed) hosts that may run what is unproven do, of \(group.hosts) \(place)")
            }
            if budget.groups.isEmpty { lines.append("Budget: it covers no hosts") }
            if budget.more > 0 { lines.append("Budget: \(budget.more) more classes have as much left or more") }
        }
        lines.append("Holds back: \(held(status.held))")
        return lines
    }

    private static func held(_ held: HeldDeployments) -> String {
        guard held.count > 0 else { return "nothing" }
        let more = held.count - held.names.count
        let rest = more > 0 ? " and \(more) more" : ""
        return "\(held.count) \(held.count == 1 ? "deployment" : "deployments"): \(held.names.joined(separator: ", "))\(rest)"
    }
}

extension RolloutGuardStatus.State {
    fileprivate var meaning: String {
        switch self {
        case .open: "Open: rollouts that it covers go on"
        case .frozen: "Frozen: no rollout that it covers begins or goes further; going back is free"
        case .exhausted: "Exhausted: as many hosts run what is unproven as may; going back is free"
        case .invalid: "Invalid: no rollout that it covers begins or goes further until it is corrected; going back is free"
        }
    }
}

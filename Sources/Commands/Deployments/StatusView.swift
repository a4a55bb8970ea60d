import GraftAPI
import JSON
import KubeCore
import Rollout

/// What `graft status` shows of a deployment: where it is and why, its steps, and its hosts. Pure: the same input, the same lines.
struct StatusView {
    var deployment: ModuleDeployment
    /// Hosts of the class that the selector matches.
    var hosts: [ModuleHost]
    var now: Timestamp

    init(_ deployment: ModuleDeployment, hosts: [ModuleHost], now: Timestamp) {
        self.deployment = deployment
        self.hosts = hosts.filter {
            $0.spec.hostClass == deployment.spec.hostClass && deployment.spec.selector.matches($0.metadata.labels)
        }.sorted { $0.metadata.name < $1.metadata.name }
        self.now = now
    }

    /// What hosts and registries said stands in them: nothing of it moves a cursor or ends a line.
    var lines: [String] { ([header, steps, preflight, checks, hostLines].filter { !$0.isEmpty }.joined(separator: [""])).map(\.visible) }

    private var status: ModuleDeploymentStatus { deployment.status }

    private var header: [String] {
        var lines = ["\(deployment.key)   \(status.phase.rawValue)   \(status.summary.version)"]
        if !status.message.isEmpty { lines.append("  " + status.message) }
        if let generation = deployment.metadata.generation, (status.observedGeneration ?? 0) < generation {
            lines.append("  the newest change of the manifest is not seen by the controller yet")
        }
        return lines
    }

    private var steps: [String] {
        let steps = deployment.spec.strategy.steps
        guard status.canary != nil, let rollout = status.rollout, !steps.isEmpty, status.phase != .rollingBack else { return [] }
        let isFirst = rollout.kind == .initial
        let taken = isFirst ? deployment.spec.strategy.stepsOfFirstVersion : Array(steps.indices)
        guard !taken.isEmpty else { return [] }
        let marks = taken.map { index in
            let step = steps[index]
            let mark = index < rollout.stepIndex ? "✔" : index == rollout.stepIndex ? "▶" : "·"
            return "\(mark) \(text(of: step, isCurrent: index == rollout.stepIndex, since: rollout.stepStartTime?.time))"
        }
        let isDivided = !isFirst && steps.contains { $0.setTraffic != nil }
        // Sentences count hosts and calls as two steps where both follow.
        if isDivided, deployment.spec.strategy.countOfAllSteps == steps.count + 2 {
            let last = zip(steps.count..., ["all hosts", "all calls"]).map { index, what in
                "\(index < rollout.stepIndex ? "✔" : index == rollout.stepIndex ? "▶" : "·") \(what)"
            }
            return ["  " + (marks + last).joined(separator: "   ")]
        }
        let isAtLast = isFirst ? taken.allSatisfy { $0 < rollout.stepIndex } : rollout.stepIndex >= steps.count
        let last = (isAtLast ? "▶ all" : "· all") + (isDivided ? " hosts and calls" : "")
        return ["  " + (marks + [last]).joined(separator: "   ")]
    }

    private func text(of step: Step, isCurrent: Bool, since start: Timestamp?) -> String {
        if let weight = step.setWeight { return weight.description }
        if let traffic = step.setTraffic { return TrafficRule.none.adding(traffic)?.description ?? "all calls" }
        if let approval = step.approve { return "approval of \(approval.approvers.joined(separator: " or "))" }
        if let preflight = step.preflight {
            guard isCurrent, let found = status.rollout?.preflight else {
                return preflight.failureThreshold == .count(0) ? "preflight" : "preflight, \(preflight.failureThreshold) may fail"
            }
            return "preflight \(found.staged)/\(found.asked)"
        }
        if let analysis = step.analysis { return "analysis \(analysis.analyses.map(\.name).joined(separator: " and "))" }
        if let webhook = step.webhook { return "webhook \(webhook.host)" }
        let what = step.soak == nil ? "pause" : "soak"
        guard let seconds = step.soak?.durationSeconds ?? step.pause?.durationSeconds else { return "pause until promoted" }
        let samples = step.soak?.samples.map { ", \($0.count) samples" } ?? ""
        guard isCurrent, let start else { return "\(what) \(seconds)s\(samples)" }
        let left = max(0, Int64(seconds) - (now - start).components.seconds)
        return "\(what) \(left)s left\(samples)"
    }

    /// What the preflight in progress found, or the one for which the last rollout was given up.
    private var preflight: [String] {
        guard let rollout = status.rollout, let found = rollout.preflight else { return [] }
        // A first version that was given up goes back to nothing.
        let isCurrent = rollout.state != .complete && rollout.kind != .return && rollout.stepIndex == found.step
        guard isCurrent || rollout.cause == .preflight else { return [] }
        let notes = [(found.failed, "can't take it"), (found.waiting, "yet to answer"), (found.unable, "not asked: their agents can't")]
            .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }
        let named = found.failures.map { "    ✘ \($0.host) \($0.reason)\($0.message.isEmpty ? "" : ": \($0.message)")" }
        let rest = found.failed > found.failures.count ? ["    and \(found.failed - found.failures.count) more"] : []
        return ["  preflight: \(found.staged) of \(found.asked) have it staged\(notes.joined())"] + named + rest
    }

    private var checks: [String] { CheckTable(status.rollout?.checks ?? [], deployment.spec.strategy).lines.map { "  \($0)" } }

    private var hostLines: [String] {
        let counts = status.hosts
        let notes = [(counts.failed, "failed"), (counts.skipped, "skipped"), (counts.incompatible, "incompatible")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        var lines = ["  hosts \(counts.summary)" + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")]
        let width = hosts.map { $0.metadata.name.count }.max() ?? 0
        lines += hosts.map { host in
            let slot = host.status.slots.first { $0.name == deployment.spec.slot }
            let beside = slot?.canary.map { " + \($0.version ?? $0.revision)" } ?? ""
            let version = (slot?.active?.version ?? slot?.active?.revision ?? "-") + beside
            return "    \(mark(slot)) \(padded(host.metadata.name, width)) \(padded(version, 10)) \(progress(slot))"
        }
        return lines.map(trimmed)
    }

    private func mark(_ slot: SlotStatus?) -> String {
        guard let slot, let active = slot.active else { return slot?.target?.state == .failed ? "✘" : "○" }
        if slot.target?.state == .reverted || slot.target?.state == .failed { return "✘" }
        guard let canary = status.canary?.revision else { return "●" }
        return active.revision == canary || slot.canary?.revision == canary ? "◆" : "●"
    }

    private func progress(_ slot: SlotStatus?) -> String {
        guard let target = slot?.target, target.state != .active || target.reason != nil else { return ahead(slot) }
        return target.state.rawValue + (target.message.map { ": \($0)" } ?? "")
    }

    private func ahead(_ slot: SlotStatus?) -> String {
        guard let ahead = slot?.ahead, ahead.rollout == status.rollout?.id, ahead.revision == status.canary?.revision else { return "" }
        switch ahead.state {
        case .staging: return "Staging ahead"
        case .staged: return "Staged ahead"
        case .failed: return "Can't take it: \(ahead.reason ?? "")\(ahead.message.map { ": \($0)" } ?? "")"
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

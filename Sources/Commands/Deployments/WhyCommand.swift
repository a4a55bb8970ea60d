import ArgumentParser
import GraftAPI
import JSON
import KubeCore
import ProgramOptions
import Rollout

/// `graft why`: what a deployment waits for, since when, and what would move it.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Say what a deployment waits for, since when, and what would move it.")

    @OptionGroup var deployment: DeploymentOptions

    func run() async throws {
        let target = try deployment.connect()
        print(WhyView(try await target.get()).text)
    }
}

/// The answer. Pure: the same deployment, the same lines.
struct WhyView {
    var deployment: ModuleDeployment

    init(_ deployment: ModuleDeployment) { self.deployment = deployment }

    var text: String { lines.joined(separator: "\n") }

    var lines: [String] {
        let status = deployment.status
        guard let seen = status.observedGeneration, !status.message.isEmpty else {
            return ["The controller has not looked at \(deployment.key) yet; is it running?"]
        }
        var lines = [status.message]
        if let generation = deployment.metadata.generation, seen < generation {
            lines.append("The controller has yet to see the newest manifest; this is about the one before.")
        }
        guard let condition = status.conditions["Ready"] else { return lines + checks }
        if let since = since(condition) { lines.append("Since: \(since)") }
        if let remedy = Remedy.of(condition.reason) { lines.append("What moves it: \(remedy)") }
        return lines + checks
    }

    /// What is measured or asked, also beside what the message is about.
    private var checks: [String] {
        (deployment.status.rollout?.checks ?? []).filter { !$0.phase.isCompleted }.map { check in
            let place = check.step == nil ? " (in the background" : " (step \((check.step ?? 0) + 1)"
            let since = check.startTime.map { ", since \($0.time.wholeSeconds))" } ?? ")"
            return "Checked: \(CheckText(check, deployment.spec.strategy).progress)\(place)\(since)".visible
        }
    }

    /// A condition's time is when it became true or false; steps and waves have their own.
    private func since(_ condition: Condition) -> String? {
        let status = deployment.status
        guard let rollout = status.rollout, rollout.state == .running else {
            return (status.conditions["Stalled"] ?? condition).lastTransitionTime.description
        }
        var moments = [rollout.stepStartTime.map { ("the step", $0) }]
        if !WhyView.isStill.contains(condition.reason) {
            let soak = rollout.wave.settledTime == nil ? rollout.wave.soakStartTime : nil
            moments.insert(soak.map { ("the soak", $0) } ?? rollout.progress.time.map { ("the last progress", $0) }, at: 0)
        }
        moments.insert(rollout.progress.suspendedSince.map { ("standing still", $0) }, at: 0)
        return moments.compactMap { $0 }.map { "\($0.1.time.wholeSeconds) (\($0.0))" }.joined(separator: ", ")
    }

    /// Reasons for which a step waits as a whole, whatever its hosts did last.
    private static let isStill: Set = [
        "StepPaused", "ApprovalNeeded", "Analysing", "VerdictNeeded", "SamplesNeeded", "Preflight", "PreflightFailed", "WaitsForSignature",
    ]
}

import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import ProgramOptions
import Rollout

/// `graft promote`: go on from a pause now, skip all steps, or go on in spite of a freeze.
struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "End the pause a rollout is in, or skip all its steps.")

    @OptionGroup var deployment: DeploymentOptions
    @Flag(help: "Skip all remaining steps; waves stay within maxUnavailable.")
    var full = false
    @Flag(help: "Let this rollout, or the one that is kept from beginning, go on in spite of freeze windows; nothing else is skipped.")
    var overrideFreeze = false
    @Option(help: "Why the freeze is overridden: it is kept in the status, and told in an event.")
    var reason: String?

    func validate() throws {
        if overrideFreeze, full { throw ValidationError("--override-freeze and --full are two decisions: say one after the other") }
        guard overrideFreeze else {
            if reason != nil { throw ValidationError("--reason is of --override-freeze") }
            return
        }
        guard let reason, reason.contains(where: { !$0.isWhitespace }), reason.unicodeScalars.count <= 500 else {
            throw ValidationError("--override-freeze needs --reason with a text of at most 500 characters, which is kept and told")
        }
    }

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        if let reason, overrideFreeze {
            guard current.status.conditions["Ready"]?.reason == "FreezeWindow" else {
                throw CommandError("\(current.key): no freeze window holds it: \(current.status.message)")
            }
            let changed = try await target.annotate(current, GraftAPI.overrideFreezeAnnotation, reason)
            return deployment.report(changed, "goes on in spite of freeze windows: \(reason)")
        }
        let rollout = try target.rollout(of: current)
        if let objection = VerbCheck(current, rollout).objection(toPromotion: full) { throw CommandError("\(current.key): \(objection)") }
        let step = full ? "full" : String(rollout.stepIndex)
        let changed = try await target.annotate(current, GraftAPI.promoteAnnotation, "\(rollout.id)/\(step)")
        deployment.report(
            changed,
            (full ? "all steps of \(rollout.id) are skipped" : "step \(rollout.stepIndex + 1) of \(rollout.id) is promoted")
                + current.waiting)
    }
}

/// `graft approve`: let a rollout go on from a step that waits for an approval.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve the step a rollout is at, as one of the approvers that it names.")

    @OptionGroup var deployment: DeploymentOptions
    @Option(help: "Your name, as the step lists it and the API server knows you.")
    var by: String

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        let rollout = try target.rollout(of: current)
        if let objection = VerbCheck(current, rollout).objection(toApprovalBy: by) { throw CommandError("\(current.key): \(objection)") }
        let changed = try await target.annotate(current, GraftAPI.approveAnnotation, "\(rollout.id)/\(rollout.stepIndex)/\(by)")
        deployment.report(changed, "step \(rollout.stepIndex + 1) of \(rollout.id) is approved by \(by)\(current.waiting)")
    }
}

/// `graft abort`: give the rollout up and go back.
struct AbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Give the rollout in progress up: its hosts go back to the stable version. Ends a restart.")

    @OptionGroup var deployment: DeploymentOptions

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        let rollout = try target.rollout(of: current)
        let changed = try await target.annotate(current, GraftAPI.abortAnnotation, rollout.id)
        let stable = current.status.stable?.version ?? "nothing"
        let outcome =
            switch rollout.kind {
            case .restart: "\(rollout.id) is ended; no more hosts load \(stable) anew"
            case .return: "\(rollout.id) goes back to \(stable) already; no pause holds it"
            case .initial, .steps: "\(rollout.id) is given up; its hosts go back to \(stable)"
            }
        deployment.report(changed, outcome)
    }
}

/// `graft retry`: try what failed again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try the wanted version again after it failed: lifts its quarantine in this namespace.")

    @OptionGroup var deployment: DeploymentOptions

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        let revisions = try await target.revisionsNewestFirst()
        guard let wanted = revisions.first(where: { $0.isWanted(by: current) }) else {
            throw CommandError(
                "\(current.key): \(current.spec.module) was never resolved: \(current.status.message); the controller tries again by itself"
            )
        }
        let quarantine = ConfigHash.quarantineName(
            digest: wanted.spec.digest, namespace: target.namespace, configHash: wanted.spec.configHash)
        let lifted = try await Api<ModuleQuarantine>(target.client).deleteIfPresent(quarantine)
        guard lifted || wanted.isCondemned else {
            throw CommandError("\(current.key): nothing to retry, \(wanted.spec.version) was not given up: \(current.status.message)")
        }
        // A version that is Bad is forgiven with its quarantine; to say it twice would be ignored, with a warning.
        let isForgiven = lifted && wanted.status.outcome != .rejected
        let changed = isForgiven ? current : try await target.annotate(current, GraftAPI.retryAnnotation, wanted.metadata.name)
        deployment.report(changed, "\(wanted.spec.version) is tried again" + (lifted ? "; its quarantine is lifted" : "") + current.waiting)
    }
}

/// `graft pause`: nothing moves until `graft resume`.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pause", abstract: "Hold everything where it is; deadlines stop as well.")

    @OptionGroup var deployment: DeploymentOptions

    func run() async throws { try await setPaused(true, deployment, "is paused; 'graft resume' lets it go on") }
}

/// `graft resume`: takes `graft pause` back.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let a paused deployment go on.")

    @OptionGroup var deployment: DeploymentOptions

    func run() async throws { try await setPaused(false, deployment, "goes on") }
}

extension ModuleDeployment {
    /// What a verb other than an abort has to be told with, as long as everything is held.
    fileprivate var waiting: String { spec.paused ? "; it counts when spec.paused is false again: graft resume \(metadata.name)" : "" }
}

private func setPaused(_ paused: Bool, _ deployment: DeploymentOptions, _ sentence: String) async throws {
    let target = try deployment.connect()
    let current = try await target.get()
    guard paused || current.spec.paused else {
        throw CommandError(
            "\(current.key): spec.paused is false already; 'graft promote' ends a pause among the steps: \(current.status.message)")
    }
    let changed = try await target.deployments.mergePatch(target.name, ["spec": ["paused": .bool(paused)]] as JSON)
    deployment.report(changed, sentence)
}

extension ModuleRevision {
    /// Whether this is the revision that the manifest asks for.
    func isWanted(by deployment: ModuleDeployment) -> Bool {
        spec.source == deployment.spec.module && spec.configHash == ConfigHash.of(deployment.spec.config)
    }

    /// Someone or something decided against it.
    var isCondemned: Bool { [.bad, .rejected].contains(status.outcome) }
}

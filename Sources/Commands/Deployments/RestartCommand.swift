import ArgumentParser
import GraftAPI
import JSON
import KubeCore
import ProgramOptions

/// `graft restart`: every host loads what it runs anew, wave by wave, and everything stays at the revision it has.
struct RestartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Have every host load what it runs anew, in waves; nothing else changes.",
        discussion: "Waves, soaks, the order of hosts and freeze windows are those of a rollout. 'graft abort' ends it.")

    @OptionGroup var deployment: DeploymentOptions
    @Flag(help: "Wait until it is over; status 1 when it was ended before every host had done it.")
    var wait = false

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        let last = try Self.last(of: current)
        if wait, current.spec.paused { throw CommandError("\(current.key) is paused: nothing begins before 'graft resume \(target.name)'") }
        var changed = try await target.annotate(current, GraftAPI.restartAnnotation, last.id)
        let version = current.status.stable?.version ?? current.status.stable?.revision ?? "nothing"
        let isJSON = deployment.output.output == .json
        if !wait || !isJSON { deployment.report(changed, "every host loads \(version) anew, in waves; 'graft abort' ends it") }
        guard wait else { return }
        let progress = RestartProgress(after: last.id)
        while true {
            changed = try await target.get()
            switch progress.look(at: changed) {
            case .goesOn: try await Task.sleep(for: .milliseconds(300))
            case .isDone: return deployment.report(changed, changed.status.message)
            case .isOver(let why):
                if isJSON { deployment.report(changed, "") }
                throw CommandError("\(changed.key): \(why)")
            }
        }
    }

    /// The rollout since which nothing moved: what a restart names, so that said twice it is done once.
    static func last(of deployment: ModuleDeployment) throws -> RolloutStatus {
        guard let rollout = deployment.status.rollout, deployment.status.stable != nil else {
            throw CommandError("\(deployment.key): nothing was delivered yet that hosts could load anew: \(deployment.status.message)")
        }
        switch rollout.state {
        case .complete: return rollout
        case .running:
            throw CommandError(
                "\(deployment.key): rollout \(rollout.id) is in progress; restart when it is over, or end it by 'graft abort': "
                    + deployment.status.message)
        case .held: throw CommandError("\(deployment.key): rollout \(rollout.id) was given up: \(deployment.status.message)")
        }
    }
}

/// How a restart goes on that was asked for, as its deployment shows. Pure.
struct RestartProgress {
    enum Finding: Hashable {
        case goesOn
        case isDone
        /// It is over, and not every host has done it; why.
        case isOver(String)
    }

    /// The rollout before it.
    private let last: String

    init(after last: String) { self.last = last }

    func look(at deployment: ModuleDeployment) -> Finding {
        guard let rollout = deployment.status.rollout else { return .isOver("its status is gone") }
        if rollout.id == last {
            // The annotation is taken away when the status says what came of it.
            if deployment.metadata.annotations[GraftAPI.restartAnnotation] == last { return .goesOn }
            return .isOver("the restart meant nothing; its events say why: \(deployment.status.message)")
        }
        if rollout.kind == .restart { return rollout.state == .complete ? .isDone : .goesOn }
        if rollout.cause == .restartEnded {
            return rollout.state == .running ? .goesOn : .isOver("the restart was ended. \(rollout.reason ?? "")")
        }
        return .isOver("rollout \(rollout.id) has begun since: \(deployment.status.message)")
    }
}

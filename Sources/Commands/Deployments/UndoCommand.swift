import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import ProgramOptions

/// `graft undo`: sets the manifest back to a revision of the history. It edits the spec, which is the truth, and marks what is
/// abandoned as rejected, or a GitOps re-sync would bring it back.
struct UndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Go back to the previous revision, or to one of the history.",
        discussion: "Edits spec.module and spec.config. Where the manifest lives in git, change it there as well.")

    @OptionGroup var deployment: DeploymentOptions
    @Option(
        help: ArgumentHelp(
            "Number of the revision, as 'graft history' prints it. Default: the last good one before the current.", valueName: "number")
    )
    var toRevision: Int?

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        let revisions = try await target.revisionsNewestFirst()
        let wanted = revisions.first { $0.isWanted(by: current) }
        let goal = try Self.goal(of: current, among: revisions, abandoning: wanted, number: toRevision)
        let changed = try await target.deployments.mergePatch(
            target.name, Self.patch(to: goal, abandoning: wanted), preconditions: Preconditions(of: current))
        deployment.report(changed, "goes back to revision \(goal.spec.number), \(goal.spec.version)")
    }

    /// The revision to go back to, out of `revisions`, newest first.
    static func goal(
        of deployment: ModuleDeployment, among revisions: [ModuleRevision], abandoning current: ModuleRevision?, number: Int?
    ) throws -> ModuleRevision {
        if let number {
            guard let revision = revisions.first(where: { $0.spec.number == number }) else {
                let known = revisions.map { String($0.spec.number) }.joined(separator: ", ")
                throw CommandError("\(deployment.key): no revision \(number); there are \(known.isEmpty ? "none" : known)")
            }
            try allow(revision, of: deployment, leaving: current)
            return revision
        }
        let earlier = revisions.first { revision in
            revision.metadata.name != current?.metadata.name && revision.spec.number < current?.spec.number ?? .max
                && revision.status.outcome == .good
        }
        guard let revision = earlier else {
            throw CommandError("\(deployment.key): no earlier good revision to go back to; 'graft history' lists what there is")
        }
        return revision
    }

    /// What would change nothing is refused, with what to do instead.
    private static func allow(_ revision: ModuleRevision, of deployment: ModuleDeployment, leaving current: ModuleRevision?) throws {
        let what = "\(deployment.key): revision \(revision.spec.number), \(revision.spec.version)"
        if revision.metadata.name == current?.metadata.name { throw CommandError("\(what), is what its manifest asks for already") }
        guard revision.isCondemned else { return }
        let message = revision.status.message ?? "it was given up"
        let reason = message.hasSuffix(".") ? String(message.dropLast()) : message
        throw CommandError(
            "\(what), is \(revision.status.outcome.rawValue) and would not be loaded: \(reason); to have it "
                + "tried all the same, set spec.module to \(revision.spec.source), and then graft retry \(deployment.metadata.name)")
    }

    /// A merge patch: the reference and the configuration of `goal`, and the abandoned revision's name for the controller.
    static func patch(to goal: ModuleRevision, abandoning current: ModuleRevision?) -> JSON {
        var patch: JSON = ["spec": ["module": .string(goal.spec.source), "config": goal.spec.config ?? .null]]
        if let current, current.metadata.name != goal.metadata.name {
            patch["metadata"] = ["annotations": [GraftAPI.rejectAnnotation: .string(current.metadata.name)]]
        }
        return patch
    }
}

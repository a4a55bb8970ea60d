import ArgumentParser
import GraftAPI
import JSON
import KubeCore
import ProgramOptions

/// `graft history`: what was rolled out, and how it turned out.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "history", abstract: "List the revisions of a deployment, newest first.")

    @OptionGroup var deployment: DeploymentOptions

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        let revisions = try await target.revisionsNewestFirst()
        deployment.output.print(.array(revisions.map(\.json)), text: Self.table(of: current, revisions))
    }

    static func table(of deployment: ModuleDeployment, _ revisions: [ModuleRevision]) -> String {
        var table = TextTable(["REVISION", "VERSION", "OUTCOME", "NOW", "CREATED", "SOURCE", "WHY"])
        for revision in revisions {
            let now =
                switch revision.metadata.name {
                case deployment.status.canary?.revision: "canary"
                case deployment.status.stable?.revision: "stable"
                case deployment.status.previous?.revision: "staged"
                default: ""
                }
            table.append([
                String(revision.spec.number), revision.spec.version, revision.status.outcome.rawValue, now,
                revision.metadata.creationTimestamp?.description ?? "", revision.spec.source, revision.status.message ?? "",
            ])
        }
        return table.text
    }
}

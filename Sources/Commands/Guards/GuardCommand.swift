import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import ProgramOptions

/// `graft guard`: what RolloutGuards hold back, when, and how much of their budgets is used.
struct GuardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard", abstract: "Show what RolloutGuards hold back, their freeze windows and their budgets.",
        discussion: "Without a name it lists all of them. A guard belongs to the cluster: you need the right to read those.")

    @Argument(help: "Name of a RolloutGuard; all of them when left out.")
    var name: String?
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try await Self.view(cluster.connect().client, name: name)
        output.print(view.json, text: view.lines.joined(separator: "\n"))
    }

    static func view(_ client: Client, name: String?) async throws -> GuardView {
        let guards = Api<RolloutGuard>(client)
        guard let name else { return GuardView(try await guards.list().items) }
        guard let found = try await guards.getIfPresent(name) else {
            throw CommandError("RolloutGuard \(name) does not exist; 'graft guard' lists those that do")
        }
        return GuardView(one: found)
    }
}

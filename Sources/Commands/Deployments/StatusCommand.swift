import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import ProgramOptions

/// `graft status`: where a deployment is, and why; live with `--watch`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show where a deployment is, and why: steps and hosts.")

    @OptionGroup var deployment: DeploymentOptions
    @Flag(name: .shortAndLong, help: "Keep showing it, until Ctrl-C or, with --until-settled, until the rollout is over.")
    var watch = false
    @Flag(help: "With --watch: end when nothing moves any more; status 1 when it ended Degraded.")
    var untilSettled = false

    func run() async throws {
        let target = try deployment.connect()
        let current = try await target.get()
        guard watch else {
            let hosts = try await Api<ModuleHost>(target.client).list(ListOptions(fields: ["spec.class": current.spec.hostClass])).items
            let view = StatusView(current, hosts: hosts, now: Surroundings.system.wallTime())
            return deployment.output.print(current.json, text: view.lines.joined(separator: "\n"))
        }
        let live = LiveStatus(target: target, hostClass: current.spec.hostClass, format: deployment.output.output)
        let last = try await live.run(untilSettled: untilSettled)
        if untilSettled, last.status.phase == .degraded { throw ExitCode(1) }
    }
}

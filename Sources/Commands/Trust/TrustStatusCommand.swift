import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import ProgramOptions

/// `graft trust status`: asks of each host which signatures its bytes came with.
struct TrustStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "List hosts and slots: what serves, and who signed it.",
        discussion: """
            Digest, evidence and trust are what each host found by itself and reports; SAME compares that with the ModuleRevision. A host that
            somebody else has taken over may report anything.
            """)

    @Argument(help: "Name of a ModuleDeployment. Default: all of the namespace.")
    var name: String?
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (client, namespace) = try cluster.connect()
        let view = try await Self.view(client, namespace: namespace, name: name)
        output.print(view.json, text: view.lines.joined(separator: "\n"))
    }

    static func view(_ client: Client, namespace: String, name: String?) async throws -> TrustStatusView {
        if let name, try await Api<ModuleDeployment>(client, namespace: namespace).getIfPresent(name) == nil {
            throw CommandError(
                "ModuleDeployment \(namespace)/\(name) does not exist; 'kubectl get mdep -A' lists those that do, -n chooses the namespace")
        }
        let hosts = try await Api<ModuleHost>(client).list().items
        let revisions = try await Api<ModuleRevision>(client, namespace: namespace).list().items
        return TrustStatusView(hosts, revisions: revisions, namespace: namespace, name: name)
    }
}

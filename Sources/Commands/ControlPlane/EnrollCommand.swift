import ArgumentParser
import FoundationEssentials
import JSON
import KubeClient
import KubeServer
import ProgramOptions

/// `graft enroll`: gives agents of nodes what they need to work with an embedded control plane.
///
/// In a cluster the kubelet gives a pod its tokens; here nobody would. Each node gets two, as there: one for the API server, one for the controller alone, both of
/// which say the node's name. Whoever can read the control plane's directory may do so.
struct EnrollCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Give the agents of nodes their access to an embedded control plane.",
        discussion: """
            Writes agents/NODE/kubeconfig and agents/NODE/controller-token into its directory, and says how an agent is started with them. The control plane must run; \
            do so again when it has come to another port.
            """)

    @Argument(help: ArgumentHelp("Names of nodes.", valueName: "node"))
    var nodes: [String]
    @Option(help: ArgumentHelp("Directory of the control plane.", valueName: "path"))
    var data = ".graft"

    func validate() throws {
        guard !nodes.isEmpty else { throw ValidationError("wanted the name of a node") }
        // As Kubernetes names nodes; also, no other file is meant.
        for node in nodes {
            if let complaint = NameRule.subdomain.complaint(about: node) { throw ValidationError("node: found \"\(node)\": \(complaint)") }
        }
    }

    func run() throws {
        let directory = try ControlPlaneDirectory(existing: data)
        guard let ready = try directory.ready.textIfPresent().flatMap({ try? JSON.parse($0) }), let server = ready["server"]?.string,
            let tokens = try ControlPlaneTokens.nodes(from: directory.tokens)
        else {
            throw CommandError("\(data): its control plane does not run; start it with 'graft up --data \(data)'")
        }
        let authority = try directory.authority.text()
        for node in nodes {
            let place = directory.node(node)
            try LocalFile.makeDirectory(place.path, mode: 0o700)
            let kubeconfig = KubeConfig.text(
                name: "graft-agent", server: server, certificateAuthority: authority, token: tokens.token(of: node, for: .cluster))
            try place.kubeconfig.write(kubeconfig, mode: 0o600)
            try place.controllerToken.write(tokens.token(of: node, for: .streams) + "\n", mode: 0o600)
            var options = ["--node-name \(node)", "--kubeconfig \(place.kubeconfig.path)"]
            if let controller = ready["controller"]?.string {
                options += [
                    "--controller \(controller)", "--controller-token \(place.controllerToken.path)",
                    "--controller-authority \(directory.authority.path)",
                ]
            }
            print("graft agent --config FILE \(options.joined(separator: " "))")
        }
    }
}

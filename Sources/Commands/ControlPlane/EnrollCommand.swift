import ArgumentParser
import FoundationEssentials
import JSON
import KubeClient
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
        for node in nodes where !Self.isName(node) {
            throw ValidationError(
                "node: found \"\(node)\", wanted lowercase letters, digits, '-' and '.', beginning and ending with a letter or a digit, up to 253"
            )
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

    /// As Kubernetes names nodes (RFC 1123 subdomain); also, no other file is meant.
    static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return (1...253).contains(text.utf8.count)
            && labels.allSatisfy { label in
                guard let first = label.utf8.first, let last = label.utf8.last, first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else {
                    return false
                }
                return label.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || $0 == UInt8(ascii: "-")
                }
            }
    }
}

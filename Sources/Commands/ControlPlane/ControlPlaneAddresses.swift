import Glibc
import JSON
import KubeClient
import ProgramOptions
import Synchronization

/// Learns on which ports the servers listen, and writes what clients need once all do.
final class ControlPlaneAddresses: Sendable {
    private let directory: ControlPlaneDirectory
    private let tokens: ControlPlaneTokens
    private let authority: String
    private let address: String
    private let takesStreams: Bool
    private let ports = Mutex<(api: Int?, registry: Int?)>((nil, nil))

    /// - Parameter takesStreams: whether agents can tell of their hosts at the API server's address.
    init(directory: ControlPlaneDirectory, tokens: ControlPlaneTokens, authority: String, address: String, takesStreams: Bool) {
        self.takesStreams = takesStreams
        self.directory = directory
        self.tokens = tokens
        self.authority = authority
        self.address = address
    }

    func apiListens(on port: Int?) { record { $0.api = port } }
    func registryListens(on port: Int?) { record { $0.registry = port } }

    private func record(_ change: (inout (api: Int?, registry: Int?)) -> Void) {
        let both = ports.withLock { ports -> (Int, Int)? in
            change(&ports)
            guard let api = ports.api, let registry = ports.registry else { return nil }
            return (api, registry)
        }
        guard let (api, registry) = both else { return }
        let server = "https://\(address):\(api)"
        do {
            for (file, name, token) in [
                (directory.kubeconfig, "graft-admin", tokens.admin), (directory.agentKubeconfig, "graft-agent", tokens.agent),
            ] {
                let text = KubeConfig.text(name: name, server: server, certificateAuthority: authority, token: token)
                try file.write(text, mode: 0o600)
            }
            var ready: JSON = [
                "server": .string(server), "registry": "\(address):\(registry)", "kubeconfig": .string(directory.kubeconfig.path),
            ]
            if takesStreams { ready["controller"] = .string(server) }
            try directory.ready.write(ready.text() + "\n")
            announce("API server  \(server)\nregistry    \(address):\(registry)\nkubeconfig  \(directory.kubeconfig.path)")
        } catch {
            announce("graft up: \(error)")
        }
    }

    private func announce(_ text: String) {
        print(text)
        fflush(nil)
    }
}

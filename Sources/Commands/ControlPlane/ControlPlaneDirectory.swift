import Glibc
import ProgramOptions

/// Where an embedded control plane keeps what must survive it. One control plane at a time.
struct ControlPlaneDirectory {
    let path: String

    /// Makes the directory, and holds it: the lock goes with the process.
    init(_ path: String) throws {
        try LocalFile.makeDirectory(path, mode: 0o700)
        self.path = try LocalFile(path).absolutePath()
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError("\(path) is in use by another 'graft up'; stop that one, or choose another directory with --data")
        }
        unlink(ready.path)
    }

    /// One that a control plane made, whether it runs or not.
    init(existing path: String) throws {
        guard LocalFile(path + "/tokens.json").exists else {
            throw CommandError("\(path): there is no control plane; start one with 'graft up', or name its directory with --data")
        }
        self.path = try LocalFile(path).absolutePath()
    }

    var database: String { path + "/cluster.sqlite" }
    var registry: String { path + "/registry" }
    var certificates: String { path + "/pki" }
    var tokens: LocalFile { LocalFile(path + "/tokens.json") }
    /// For people: may do everything.
    var kubeconfig: LocalFile { LocalFile(path + "/kubeconfig") }
    /// For agents.
    var agentKubeconfig: LocalFile { LocalFile(path + "/agent.kubeconfig") }
    /// Appears when everything answers: `{"server": "https://…", "registry": "127.0.0.1:…", "kubeconfig": "…", "controller": "https://…"}`. `controller` is where
    /// agents tell of their hosts.
    var ready: LocalFile { LocalFile(path + "/ready") }
    var authority: LocalFile { LocalFile(certificates + "/ca.crt") }

    /// For the agent of one node.
    struct Node {
        let path: String
        var kubeconfig: LocalFile { LocalFile(path + "/kubeconfig") }
        /// For the controller alone.
        var controllerToken: LocalFile { LocalFile(path + "/controller-token") }
    }

    func node(_ name: String) -> Node { Node(path: "\(path)/agents/\(name)") }
}

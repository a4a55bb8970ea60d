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

    var database: String { path + "/cluster.sqlite" }
    var registry: String { path + "/registry" }
    var certificates: String { path + "/pki" }
    var tokens: LocalFile { LocalFile(path + "/tokens.json") }
    /// For people: may do everything.
    var kubeconfig: LocalFile { LocalFile(path + "/kubeconfig") }
    /// For agents.
    var agentKubeconfig: LocalFile { LocalFile(path + "/agent.kubeconfig") }
    /// Appears when everything answers: `{"server": "https://…", "registry": "127.0.0.1:…"}`.
    var ready: LocalFile { LocalFile(path + "/ready") }
}

import Synchronization

/// `graft-controller` as a program of its own, as in a cluster.
final class SeparateController: Sendable {
    private let cluster: Cluster
    private let identity: String?
    private let running: Mutex<RunningProcess>

    /// - Parameter identity: among several that elect one; nil: it is the only one.
    init(_ cluster: Cluster, identity: String? = nil) throws {
        self.cluster = cluster
        self.identity = identity
        running = Mutex(try Self.start(cluster, identity))
    }

    /// The one that runs now.
    var process: RunningProcess { running.withLock { $0 } }

    /// `kill -9`.
    func kill() { running.withLock { $0 }.killNow() }

    /// `kill -9`, and a new one.
    func crash() throws {
        kill()
        let process = try Self.start(cluster, identity)
        running.withLock { $0 = process }
    }

    private static func start(_ cluster: Cluster, _ identity: String?) throws -> RunningProcess {
        let election = identity.map { ["--identity", $0] } ?? ["--no-leader-election"]
        return try cluster.processes.start(
            "controller-\(identity ?? "alone")",
            [Repository.controller, "--kubeconfig", cluster.kubeconfig, "--listen", "", "--log-level", "debug"] + election)
    }
}

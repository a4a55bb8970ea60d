/// Kills one kind of program with `kill -9`, and starts it again as a supervisor would.
final class Saboteur: Sendable {
    private let victim: EndToEnd.CrashTests.Victim
    private let cluster: Cluster
    private let fleet: Fleet
    private let controller: SeparateController?

    init(_ victim: EndToEnd.CrashTests.Victim, cluster: Cluster, fleet: Fleet) throws {
        self.victim = victim
        self.cluster = cluster
        self.fleet = fleet
        controller = victim == .controller ? try SeparateController(cluster) : nil
    }

    func now() async throws {
        switch victim {
        case .agents: for member in fleet.members { try member.crashAgent() }
        case .controller: try controller?.crash()
        case .controlPlane: try await cluster.crash()
        }
    }
}

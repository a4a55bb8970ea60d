import Harness
import KubeClient
import KubeCore

/// Host processes, each with an agent beside it.
final class Fleet: Sendable {
    let cluster: Cluster
    let members: [FleetMember]

    init(_ cluster: Cluster, count: Int) {
        self.cluster = cluster
        members = (1...count).map { number in
            FleetMember(
                "node-\(number)", directory: "\(cluster.directory)/node-\(number)", processes: cluster.processes,
                kubeconfig: cluster.agentKubeconfig)
        }
    }

    /// Starts all hosts and agents, and waits until the API server knows them.
    func start() async throws {
        for member in members { try await member.startHost() }
        for member in members { try member.startAgent() }
        try await eventually("the registration of \(members.count) hosts", within: .seconds(60), every: .milliseconds(50)) {
            try await cluster.hosts.list().items.count == members.count
        }
    }
}

/// Runs `body` with a control plane, a fleet, and the example's modules 1.0.0, 1.1.0 and 1.2.0 in the registry.
func withFleet<Result>(
    of count: Int, options: [String] = [], publishing versions: [String] = ["1.0.0", "1.1.0", ExampleProgram.broken],
    _ body: (Cluster, Fleet) async throws -> Result
) async throws -> Result {
    try await withCluster(options: options) { cluster in
        try await ExampleProgram.build(with: cluster.processes)
        try await cluster.prepareTrust()
        for version in versions { try await cluster.publish(version) }
        let fleet = Fleet(cluster, count: count)
        try await fleet.start()
        return try await body(cluster, fleet)
    }
}

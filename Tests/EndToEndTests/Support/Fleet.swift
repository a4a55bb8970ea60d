import Harness
import KubeClient
import KubeCore

/// Host processes, each with an agent beside it.
final class Fleet: Sendable {
    let cluster: Cluster
    let members: [FleetMember]
    /// Of agents, beyond their configuration and their cluster.
    private let options: @Sendable (_ node: String) -> [String]

    private init(
        _ cluster: Cluster, _ kubeconfig: (String) -> String, options: @escaping @Sendable (_ node: String) -> [String], count: Int
    ) {
        self.cluster = cluster
        self.options = options
        members = (1...count).map { number in
            let name = Self.node(number)
            return FleetMember(
                name, directory: "\(cluster.directory)/\(name)", processes: cluster.processes, kubeconfig: kubeconfig(name))
        }
    }

    convenience init(_ cluster: Cluster, count: Int) {
        self.init(cluster, { _ in cluster.agentKubeconfig }, options: { _ in [] }, count: count)
    }

    /// Agents with tokens of their own, that tell the controller of their hosts.
    static func enrolled(_ cluster: Cluster, count: Int) async throws -> Fleet {
        let nodes = (1...count).map(node)
        try await cluster.processes.run([Repository.graft, "enroll", "--data", cluster.data] + nodes).orThrow()
        let (data, server) = (cluster.data, cluster.server)
        return Fleet(
            cluster, { "\(data)/agents/\($0)/kubeconfig" },
            options: { node in
                [
                    "--controller", server, "--controller-token", "\(data)/agents/\(node)/controller-token", "--controller-authority",
                    "\(data)/pki/ca.crt",
                ]
            }, count: count)
    }

    private static func node(_ number: Int) -> String { "node-\(number)" }

    /// Starts all hosts and agents, and waits until the API server knows them.
    func start() async throws {
        for member in members { try await member.startHost() }
        for member in members { try member.startAgent(options: options(member.name)) }
        try await eventually("the registration of \(members.count) hosts", within: .seconds(60), every: .milliseconds(50)) {
            try await cluster.hosts.list().items.count == members.count
        }
    }
}

/// Runs `body` with a control plane, a fleet, and the example's modules 1.0.0, 1.1.0 and 1.2.0 in the registry.
func withFleet<Result>(
    of count: Int, options: [String] = [], publishing versions: [String] = ["1.0.0", "1.1.0", ExampleProgram.broken],
    isEnrolled: Bool = false,
    _ body: (Cluster, Fleet) async throws -> Result
) async throws -> Result {
    try await withCluster(options: options) { cluster in
        try await ExampleProgram.build(with: cluster.processes)
        try await cluster.prepareTrust()
        for version in versions { try await cluster.publish(version) }
        let fleet = isEnrolled ? try await Fleet.enrolled(cluster, count: count) : Fleet(cluster, count: count)
        try await fleet.start()
        return try await body(cluster, fleet)
    }
}

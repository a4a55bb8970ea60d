/// What an agent is told at its start: what its host is, where its slots are, where it keeps its state.
package struct AgentConfiguration: Sendable, Hashable {
    package struct Slot: Sendable, Hashable {
        package var name: String
        /// For the directory driver. With neither this nor `socket` the driver is given by who builds the agent.
        package var directory: DirectorySettings?
        /// For the socket driver.
        package var socket: SocketSettings?
        package var policy: SlotPolicy

        package init(
            name: String, directory: DirectorySettings? = nil, socket: SocketSettings? = nil, policy: SlotPolicy = SlotPolicy()
        ) {
            self.name = name
            self.directory = directory
            self.socket = socket
            self.policy = policy
        }
    }

    package var hostClass: String
    package var nodeName: String
    /// UID of the Node, where it is known: the ModuleHost goes when the Node does.
    package var nodeUID: String?
    package var zone: String
    package var runtimeVersion: String
    /// The ABI the host offers to modules.
    package var contract: String
    package var capabilities: [String]
    package var labels: [String: String]
    package var agentVersion: String
    package var slots: [Slot]
    /// Journal and store; nobody else's.
    package var stateDirectory: String
    package var leaseNamespace: String
    /// Several agents on one node need Leases of different names.
    package var leaseName: String
    /// Bytes of one artifact.
    package var largestArtifact: Int
    /// After a change of policies, what is on the host is judged anew within this time.
    package var judgeSpread: Duration
    /// How often it is judged, and looked after, when nothing changes.
    package var judgePeriod: Duration
    /// Signatures that came later are looked for within this time by a fleet, where those on a host are not enough.
    package var signatureSpread: Duration
    /// Nil: the host exposes none.
    package var metrics: MetricsSettings?

    package init(
        hostClass: String, nodeName: String, nodeUID: String? = nil, zone: String = "", runtimeVersion: String, contract: String = "",
        capabilities: [String] = [], labels: [String: String] = [:], agentVersion: String = AgentConfiguration.version, slots: [Slot],
        stateDirectory: String, leaseNamespace: String = "graft-agents", leaseName: String? = nil, largestArtifact: Int = 1 << 30,
        judgeSpread: Duration = .seconds(5), judgePeriod: Duration = .seconds(300), signatureSpread: Duration = .seconds(30),
        metrics: MetricsSettings? = nil
    ) {
        self.hostClass = hostClass
        self.nodeName = nodeName
        self.nodeUID = nodeUID
        self.zone = zone
        self.runtimeVersion = runtimeVersion
        self.contract = contract
        self.capabilities = capabilities
        self.labels = labels
        self.agentVersion = agentVersion
        self.slots = slots
        self.stateDirectory = stateDirectory
        self.leaseNamespace = leaseNamespace
        self.leaseName = leaseName ?? nodeName
        self.largestArtifact = largestArtifact
        self.judgeSpread = judgeSpread
        self.judgePeriod = judgePeriod
        self.signatureSpread = signatureSpread
        self.metrics = metrics
    }

    package static let version = "0.1.0"

    /// Name of its ModuleHost.
    package var hostName: String { "\(hostClass).\(nodeName)" }
}

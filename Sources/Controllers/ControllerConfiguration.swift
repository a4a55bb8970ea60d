import GraftAPI

/// What a controller is told at its start.
package struct ControllerConfiguration: Sendable {
    /// Unlike any other replica's, also that of this process's predecessor.
    package var identity: String
    /// Whether replicas elect one of them; false where there is only one.
    package var electsLeader: Bool
    /// Where the leader's Lease is.
    package var namespace: String
    /// Where agents keep their Leases.
    package var agentNamespace: String
    /// Deployments reconciled at the same time.
    package var workers: Int
    /// Between two status writes of a deployment.
    package var statusInterval: Duration
    /// After which what a registry or policy refused is asked again.
    package var refusalRetry: Duration
    /// How long a deleted deployment waits for its hosts to unload.
    package var unloadDeadline: Duration
    /// No deadline of a rollout ends so soon after this controller has begun to lead: it has just begun to hear from hosts.
    package var leaderGrace: Duration
    /// Where the time zones of freeze windows are read from.
    package var zoneDirectory: String
    /// Of what agents tell: how wide the windows are in which hosts are compared. No shorter than the intervals at which agents look.
    package var streamWindow: Duration

    /// Where systems that have a time zone database have it.
    package static let usualZoneDirectory = "/usr/share/zoneinfo"

    package init(
        identity: String = "graft-controller", electsLeader: Bool = true, namespace: String = GraftAPI.systemNamespace,
        agentNamespace: String = GraftAPI.agentNamespace, workers: Int = 4, statusInterval: Duration = .seconds(1),
        refusalRetry: Duration = .seconds(30), unloadDeadline: Duration = .seconds(600),
        leaderGrace: Duration = .seconds(60), zoneDirectory: String = ControllerConfiguration.usualZoneDirectory,
        streamWindow: Duration = .seconds(10)
    ) {
        self.identity = identity
        self.electsLeader = electsLeader
        self.namespace = namespace
        self.agentNamespace = agentNamespace
        self.workers = workers
        self.statusInterval = statusInterval
        self.refusalRetry = refusalRetry
        self.unloadDeadline = unloadDeadline
        self.leaderGrace = leaderGrace
        self.zoneDirectory = zoneDirectory
        self.streamWindow = streamWindow
    }
}

package import KubeCore

/// What a check is performed for: a rollout, its two revisions, and which hosts run which.
package struct AnalysisRun: Hashable, Sendable {
    package var namespace: String
    /// Name of the `ModuleDeployment`.
    package var deployment: String
    /// `<revision>-<attempt>`, as in the plan.
    package var rollout: String
    /// Of the check; unique within the rollout.
    package var check: String
    package var canary: Revision
    /// Nil: nothing was proven before.
    package var stable: Revision?
    /// When the check began.
    package var startTime: Timestamp
    package var now: Timestamp
    /// Hosts of the deployment that run either revision, by name.
    package var hosts: [String: Host]

    package init(
        namespace: String, deployment: String, rollout: String, check: String, canary: Revision, stable: Revision?, startTime: Timestamp,
        now: Timestamp, hosts: [String: Host] = [:]
    ) {
        self.namespace = namespace
        self.deployment = deployment
        self.rollout = rollout
        self.check = check
        self.canary = canary
        self.stable = stable
        self.startTime = startTime
        self.now = now
        self.hosts = hosts
    }

    package struct Revision: Hashable, Sendable {
        /// Name of the `ModuleRevision`.
        package var name: String
        package var digest: String
        package var version: String

        package init(name: String, digest: String, version: String) {
            self.name = name
            self.digest = digest
            self.version = version
        }
    }

    /// What a host is compared by.
    package struct Host: Hashable, Sendable {
        /// Whether it runs the canary; otherwise it runs the stable revision.
        package var isCanary: Bool
        package var zone: String
        package var hostClass: String
        package var runtimeVersion: String

        package init(isCanary: Bool, zone: String, hostClass: String, runtimeVersion: String) {
            self.isCanary = isCanary
            self.zone = zone
            self.hostClass = hostClass
            self.runtimeVersion = runtimeVersion
        }
    }
}

package import KubeCore

/// Another member of the same set that went back by itself.
package struct SiblingRetreat: Sendable, Hashable {
    /// Name of the deployment.
    package var deployment: String
    /// Why it went back, in a sentence.
    package var reason: String
    /// When the rollout began that it gave up, and when it gave it up.
    package var began: Timestamp
    package var time: Timestamp

    package init(deployment: String, reason: String, began: Timestamp, time: Timestamp) {
        self.deployment = deployment
        self.reason = reason
        self.began = began
        self.time = time
    }
}

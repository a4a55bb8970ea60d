import JSON

/// How the socket driver of a slot reaches its hosts: they reach it.
package struct SocketSettings: Sendable, Hashable {
    /// Where the agent listens, for this slot alone. What is above it is this agent's to write, and nobody else's.
    package var path: String
    /// The user that hosts run as: nobody else is listened to.
    package var user: UInt32
    /// From the first file of a module until the host has answered.
    package var loadTimeout: Duration
    /// Of one answer to a probe.
    package var probeTimeout: Duration
    /// How long hosts may take to connect again, once they or the agent were restarted.
    package var hostWait: Duration

    package init(
        path: String, user: UInt32, loadTimeout: Duration = .seconds(10), probeTimeout: Duration = .seconds(2),
        hostWait: Duration = .seconds(5)
    ) {
        self.path = path
        self.user = user
        self.loadTimeout = loadTimeout
        self.probeTimeout = probeTimeout
        self.hostWait = hostWait
    }
}

extension SocketSettings {
    /// The members of a slot that are the socket driver's.
    init(_ reader: KnownReader, at path: JSONPath) throws(JSONDecodingError) {
        let user: Int = try reader.required("user")
        guard let known = UInt32(exactly: user), known != .max else {
            throw JSONDecodingError(path: path.appending("user"), wanted: "a user's number", found: "\(user)")
        }
        self.init(path: try reader.required("path"), user: known)
        if let seconds: Double = try reader.optional("loadTimeoutSeconds") { loadTimeout = .seconds(seconds) }
        if let seconds: Double = try reader.optional("probeTimeoutSeconds") { probeTimeout = .seconds(seconds) }
        if let seconds: Double = try reader.optional("hostWaitSeconds") { hostWait = .seconds(seconds) }
    }
}

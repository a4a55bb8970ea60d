extension HTTPClient {
    /// What a client holds at a moment.
    public struct Activity: Sendable, Hashable {
        /// Requests that have left the queue and are not over.
        public var running: Int
        /// Requests in the queues before busy hosts.
        public var queued: Int
        /// Connections, kept ones included.
        public var connections: Int
        /// Connections made since the client began.
        public var connectionsOpened: Int
        /// Handles of libcurl, one for each running request.
        public var handles: Int

        /// Made of its members.
        public init(running: Int = 0, queued: Int = 0, connections: Int = 0, connectionsOpened: Int = 0, handles: Int = 0) {
            self.running = running
            self.queued = queued
            self.connections = connections
            self.connectionsOpened = connectionsOpened
            self.handles = handles
        }
    }
}

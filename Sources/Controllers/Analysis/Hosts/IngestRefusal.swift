/// Why nothing was taken: a status of HTTP, a reason to count by, and a sentence.
struct IngestRefusal: Error, Hashable, Sendable {
    /// As metrics name it.
    enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Another replica leads.
        case notLeading = "not_leading"
        /// Too much at a time.
        case busy
        /// No token, or one of nobody, or for somebody else.
        case token
        /// The API server can't say whose a token is.
        case review
        /// Of another service account.
        case account
        /// Of no node, or of another one than the host's.
        case node
        /// There is no such host.
        case host
        case tooLarge = "too_large"
        /// It is no batch.
        case malformed
    }

    var status: Int
    var reason: Reason
    var message: String

    init(_ status: Int, _ reason: Reason, _ message: String) {
        self.status = status
        self.reason = reason
        self.message = message
    }
}

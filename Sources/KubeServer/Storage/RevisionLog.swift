import KubeCore

/// One write as it is kept on disk: an object's state from `version` on, until the next revision of the same object.
struct Revision: Sendable {
    var version: Int64
    var resource: GroupResource
    var key: ObjectKey
    var isDeletion: Bool
    var bytes: [UInt8]
}

/// Where revisions survive the process. All calls come one at a time.
protocol RevisionLog: Sendable {
    /// Hands over every revision in the order of versions, and then the floors of the resources' histories.
    func load(_ revision: (Revision) throws -> Void) throws -> [GroupResource: Int64]

    /// Stores revisions: all or none. When this returns they survive the end of the process.
    func append(_ revisions: [Revision]) throws

    /// Deletes revisions that nobody can ask for any more, and notes up to where the histories of their resources are gone.
    func compact(_ versions: [Int64], floors: [GroupResource: Int64]) throws
}

/// Keeps nothing: for servers that live as long as their process.
struct ForgetfulRevisionLog: RevisionLog {
    func load(_ revision: (Revision) throws -> Void) -> [GroupResource: Int64] { [:] }
    func append(_ revisions: [Revision]) {}
    func compact(_ versions: [Int64], floors: [GroupResource: Int64]) {}
}

package import Schema

/// What a host found about a revision that its plan has it judge and stage ahead of its turn.
package struct StagedAhead: SchemaObject, Hashable {
    /// Rollout ID of the plan that asked for it.
    package var rollout = ""
    package var revision = ""
    package var state = State.staging
    package var reason: String?
    package var message: String?

    package init() {}
    package init(rollout: String, revision: String, state: State, reason: String? = nil, message: String? = nil) {
        self.rollout = rollout
        self.revision = revision
        self.state = state
        self.reason = reason
        self.message = message
    }

    package enum State: String, SchemaValue, CaseIterable, Hashable {
        /// On its way.
        case staging = "Staging"
        /// Judged good, and here: nothing but its activation is left to do.
        case staged = "Staged"
        /// This host could not take it now; it is tried again.
        case failed = "Failed"
    }

    package static let fields: [Field<Self>] = [
        .required("rollout", \.rollout, "Rollout ID of the plan that asked for it.", Limits.text(80)),
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("state", \.state, "Staging, Staged or Failed."),
        .optional("reason", \.reason, "Why it failed, for programs: DiskFull, Incompatible, NotTrusted, …", Limits.text(64)),
        .optional("message", \.message, "Why, in a sentence.", Limits.text(1024)),
    ]
}

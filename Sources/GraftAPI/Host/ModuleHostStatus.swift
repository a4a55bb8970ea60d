package import KubeCore
package import Schema

/// What a host runs, slot by slot.
package struct ModuleHostStatus: SchemaObject, Hashable {
    /// `net/filter=1.0.0 (1.1.0 Reverted)`: printer columns can't join fields.
    package var summary = ""
    package var slots: [SlotStatus] = []

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("summary", \.summary, "", "What is active and what failed, in a line.", Limits.text(1024)),
        .collection("slots", \.slots, "One entry a slot.", Limits.map(by: "name", 16)),
    ]
}

/// One slot: what serves, and what was tried. «1.1 failed, 1.0 serves» is two facts.
package struct SlotStatus: SchemaObject, Hashable {
    package var name = ""
    package var owner = SlotOwner()
    /// Echo of the plan that the target is about; anything but the current one is ignored.
    package var rollout = ""
    package var active: ActiveRevision?
    package var canary: RoutedRevision?
    package var target: SlotTarget?
    /// Revisions whose bytes are here, verified, beside the active one.
    package var staged: [String] = []
    package var trust: SlotTrust?
    package var ahead: StagedAhead?
    /// The restart that what serves was last loaded for, or within.
    package var restarted: Instant?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "The slot.", Limits.slot),
        .required("owner", \.owner, "Whose plan it obeys."),
        .required("rollout", \.rollout, "Rollout ID of the plan that was acted on.", Limits.text(80)),
        .optional("active", \.active, "What serves."),
        .optional("canary", \.canary, "What serves a part of the calls beside it, and by which rule."),
        .optional("target", \.target, "What the plan asks for, and how far that is."),
        .collection("staged", \.staged, "Revisions staged beside the active one.", Limits.atomic(16)),
        .optional("trust", \.trust, "Whether what serves would be loaded today."),
        .optional("ahead", \.ahead, "What was found of a revision that is staged ahead of its turn."),
        .optional("restarted", \.restarted, "The plan's restart that what serves was last loaded anew for."),
    ]
}

/// The plan a slot obeys.
package struct SlotOwner: SchemaObject, Hashable {
    package var namespace = ""
    package var name = ""
    package var planUID = ""

    package init() {}
    package init(namespace: String, name: String, planUID: String) {
        self.namespace = namespace
        self.name = name
        self.planUID = planUID
    }

    package static let fields: [Field<Self>] = [
        .required("namespace", \.namespace, "Namespace of the plan.", Limits.text(63)),
        .required("name", \.name, "Name of the plan.", Limits.text(63)),
        .required("planUID", \.planUID, "UID of the plan: a re-created one is another.", Limits.text(63)),
    ]
}

package struct ActiveRevision: SchemaObject, Hashable {
    package var revision = ""
    package var digest = ""
    package var version: String?
    package var since = Timestamp(seconds: 0)
    package var evidenceHash: String?

    package init() {}
    package init(revision: String, digest: String, version: String? = nil, since: Timestamp, evidenceHash: String? = nil) {
        self.revision = revision
        self.digest = digest
        self.version = version
        self.since = since
        self.evidenceHash = evidenceHash
    }

    package static let fields: [Field<Self>] = [
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("digest", \.digest, "Digest of the artifact's manifest.", Limits.digest),
        .optional("version", \.version, "The module's semantic version.", Limits.text(128)),
        .required("since", \.since, "When it was activated, by the host's clock."),
        .optional(
            "evidenceHash", \.evidenceHash,
            "Names the signatures that the host itself found good before it was loaded; `status.evidenceHash` of the ModuleRevision when they are the same.",
            Limits.digest),
    ]
}

/// What the host finds when it holds the active version against today's policies, roots, revocations and quarantines, from the proofs it keeps.
package struct SlotTrust: SchemaObject, Hashable {
    package var state = State.trusted
    package var reason: String?
    package var message: String?
    package var since = Timestamp(seconds: 0)

    package init() {}
    package init(_ state: State, reason: String? = nil, message: String? = nil, since: Timestamp) {
        self.state = state
        self.reason = reason
        self.message = message
        self.since = since
    }

    package enum State: String, SchemaValue, CaseIterable, Hashable {
        case trusted = "Trusted"
        /// It would not be loaded today.
        case distrusted = "Distrusted"
        /// The proofs are not on this host, or a root is not there yet.
        case unknown = "Unknown"
    }

    package static let fields: [Field<Self>] = [
        .required("state", \.state, "Trusted, Distrusted or Unknown."),
        .optional("reason", \.reason, "Why, for programs: NotTrusted, Quarantined, …", Limits.text(64)),
        .optional("message", \.message, "Why, in a sentence.", Limits.text(1024)),
        .required("since", \.since, "Since when that is so, by the host's clock."),
    ]
}

/// How far a host is with what its plan asks for.
package struct SlotTarget: SchemaObject, Hashable {
    package var revision = ""
    package var state = State.fetching
    package var blame: Blame?
    package var reason: String?
    package var message: String?

    package init() {}
    package init(revision: String, state: State, blame: Blame? = nil, reason: String? = nil, message: String? = nil) {
        self.revision = revision
        self.state = state
        self.blame = blame
        self.reason = reason
        self.message = message
    }

    /// `Empty → Fetching → Verifying → Staged → Activating → Probing → Active`, and from any of them `Failed` (nothing to go back
    /// to, or going back failed), or `Reverted` with the previous version active again.
    package enum State: String, SchemaValue, CaseIterable, Hashable {
        case empty = "Empty"
        case fetching = "Fetching"
        case verifying = "Verifying"
        case staged = "Staged"
        case activating = "Activating"
        case probing = "Probing"
        case active = "Active"
        case failed = "Failed"
        case reverted = "Reverted"
        /// The plan requires a feature this agent lacks; no failure.
        case unsupported = "Unsupported"
        /// The host is held, by annotation.
        case held = "Held"
    }

    /// Who was it? Only activation, probe and soak failures are the module's.
    package enum Blame: String, SchemaValue, CaseIterable, Hashable {
        case module = "Module"
        case environment = "Environment"
    }

    package static let fields: [Field<Self>] = [
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("state", \.state, "How far it is."),
        .optional("blame", \.blame, "Module: it failed by itself. Environment: fetch, verification, disk, features."),
        .optional("reason", \.reason, "Why, for programs: ProbeFailed, FetchFailed, …", Limits.text(64)),
        .optional("message", \.message, "Why, in a sentence.", Limits.text(1024)),
    ]
}

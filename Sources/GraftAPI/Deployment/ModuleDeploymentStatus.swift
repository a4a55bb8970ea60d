package import KubeCore
package import Schema

/// Where a deployment is, and why.
package struct ModuleDeploymentStatus: SchemaObject, Hashable {
    package var observedGeneration: Int64?
    /// For display only.
    package var phase = Phase.pending
    /// One sentence: why it is where it is, and what would move it.
    package var message = ""
    package var summary = StatusSummary()
    package var stable: RevisionReference?
    package var canary: RevisionReference?
    package var previous: RevisionReference?
    package var rollout: RolloutStatus?
    package var hosts = HostCounts()
    package var trust: DeploymentTrust?
    package var history: [HistoryEntry] = []
    package var conditions: [Condition] = []

    package init() {}

    package enum Phase: String, SchemaValue, CaseIterable, Hashable {
        case pending = "Pending"
        case verifying = "Verifying"
        case progressing = "Progressing"
        case paused = "Paused"
        case healthy = "Healthy"
        case rollingBack = "RollingBack"
        case degraded = "Degraded"
        case unloading = "Unloading"
    }

    package static let fields: [Field<Self>] = [
        .optional("observedGeneration", \.observedGeneration, "The generation this status is about."),
        .defaulted("phase", \.phase, .pending, "For display only; programs read conditions."),
        .defaulted("message", \.message, "", "Why it is where it is, in a sentence.", Limits.text(2048)),
        .defaulted("summary", \.summary, StatusSummary(), "What printer columns show."),
        .optional("stable", \.stable, "What hosts run that are not canaries."),
        .optional("canary", \.canary, "What is being rolled out."),
        .optional("previous", \.previous, "What hosts keep staged, to go back to."),
        .optional("rollout", \.rollout, "The rollout in progress, or the last one."),
        .defaulted("hosts", \.hosts, HostCounts(), "How many hosts are where."),
        .optional("trust", \.trust, "What of it would not be delivered today; unset when nothing is known against it."),
        .collection("history", \.history, "What was rolled out, newest first.", Limits.map(by: "revision", 50)),
        .collection("conditions", \.conditions, "Ready, Progressing, Verified, Compatible, Reconciling, Stalled.", Condition.list),
    ]
}

/// Texts for printer columns, which can't join fields.
package struct StatusSummary: SchemaObject, Hashable {
    /// `1.0.0`, or `1.0.0 → 1.1.0`.
    package var version = ""
    /// `2/4`.
    package var step = ""
    /// `50%`.
    package var weight = ""

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("version", \.version, "", "Stable version, and the canary beside it.", Limits.text(300)),
        .defaulted("step", \.step, "", "Step of the rollout, of how many.", Limits.text(16)),
        .defaulted("weight", \.weight, "", "Share of hosts that run the canary, and where they divide calls, of those.", Limits.text(40)),
    ]
}

/// How many hosts are where.
package struct HostCounts: SchemaObject, Hashable {
    /// Ready and compatible.
    package var eligible = 0
    /// On the newest revision.
    package var updated = 0
    /// With any version active.
    package var active = 0
    package var failed = 0
    /// Not ready before their turn; they catch up.
    package var skipped = 0
    package var incompatible = 0
    /// `3/12`.
    package var summary = ""

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("eligible", \.eligible, 0, "Ready and compatible."),
        .defaulted("updated", \.updated, 0, "Active on the newest revision."),
        .defaulted("active", \.active, 0, "With a version of this module active."),
        .defaulted("failed", \.failed, 0, "Failed by the revision being rolled out."),
        .defaulted("skipped", \.skipped, 0, "Not ready; they catch up when they are back."),
        .defaulted("incompatible", \.incompatible, 0, "Can't run the revision."),
        .defaulted("summary", \.summary, "", "Updated, of those eligible.", Limits.text(32)),
    ]
}

/// One revision that was rolled out.
package struct HistoryEntry: SchemaObject, Hashable {
    package var revision = ""
    package var number = 0
    package var version = ""
    package var digest = ""
    package var source = ""
    package var outcome = ModuleRevisionStatus.Outcome.unproven
    package var time = Timestamp(seconds: 0)
    package var message: String?
    /// How often it was rolled out, or returned to: the last part of rollout IDs.
    package var attempts = 0

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("number", \.number, "What graft undo --to-revision takes."),
        .required("version", \.version, "The module's semantic version.", Limits.text(128)),
        .required("digest", \.digest, "Digest of the artifact's manifest.", Limits.digest),
        .required("source", \.source, "The reference it was resolved from.", Limits.text(512)),
        .required("outcome", \.outcome, "How it turned out."),
        .required("time", \.time, "When it was last rolled out."),
        .optional("message", \.message, "Why it turned out so.", Limits.text(1024)),
        .defaulted("attempts", \.attempts, 0, "How often it was rolled out, or returned to."),
    ]
}

package import KubeCore
package import Schema

/// What of a deployment would not be delivered today: revisions by the controller's judgement, hosts by their own.
package struct DeploymentTrust: SchemaObject, Hashable {
    /// `3 of 12 hosts run what policy edge-modules no longer accepts`.
    package var summary = ""
    package var revisions: [DistrustedRevision] = []
    package var hosts = HostTrustCounts()

    package init() {}

    /// The stable, the canary and the previous revision.
    package static let revisionLimit = 3

    package static let fields: [Field<Self>] = [
        .defaulted("summary", \.summary, "", "How many hosts run what, in a sentence.", Limits.text(1024)),
        .collection(
            "revisions", \.revisions, "Of the stable, canary and previous revision, those that policies accept no more.",
            Limits.map(by: "revision", revisionLimit)),
        .defaulted("hosts", \.hosts, HostTrustCounts(), "What hosts find by themselves of what they run."),
    ]
}

/// A revision in use that policies accept no more.
package struct DistrustedRevision: SchemaObject, Hashable {
    package var revision = ""
    package var version = ""
    package var policy: String?
    package var reason = ""
    package var message = ""
    package var since = Timestamp(seconds: 0)
    package var hosts = 0

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("version", \.version, "The module's semantic version.", Limits.text(128)),
        .optional("policy", \.policy, "Name of the VerificationPolicy.", Limits.text(253)),
        .required("reason", \.reason, "Why, for programs.", Limits.text(1024)),
        .required("message", \.message, "Why, in a sentence, and what to do.", Limits.text(2048)),
        .required("since", \.since, "When the controller found it out."),
        .defaulted("hosts", \.hosts, 0, "Hosts on which it is active."),
    ]
}

/// What hosts report of what they run, each judging by the proofs it keeps.
package struct HostTrustCounts: SchemaObject, Hashable {
    package var trusted = 0
    package var distrusted = 0
    package var unknown = 0

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("trusted", \.trusted, 0, "They would load it today."),
        .defaulted("distrusted", \.distrusted, 0, "They would not load it today."),
        .defaulted("unknown", \.unknown, 0, "They can't tell."),
    ]
}

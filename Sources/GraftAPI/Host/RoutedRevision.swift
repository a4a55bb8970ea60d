package import KubeCore
package import Schema

/// A canary that serves a part of the calls of a slot whose active revision serves the others.
package struct RoutedRevision: SchemaObject, Hashable {
    package var revision = ""
    package var digest = ""
    package var version: String?
    package var since = Timestamp(seconds: 0)
    package var evidenceHash: String?
    /// Name of the rule in force: `TrafficRule.name` of the plan when the host is up to date.
    package var rule = ""

    package init() {}
    package init(
        revision: String, digest: String, version: String? = nil, since: Timestamp, evidenceHash: String? = nil, rule: String
    ) {
        self.revision = revision
        self.digest = digest
        self.version = version
        self.since = since
        self.evidenceHash = evidenceHash
        self.rule = rule
    }

    package static let fields: [Field<Self>] = [
        .required("revision", \.revision, "Name of the ModuleRevision.", Limits.text(63)),
        .required("digest", \.digest, "Digest of the artifact's manifest.", Limits.digest),
        .optional("version", \.version, "The module's semantic version.", Limits.text(128)),
        .required("since", \.since, "When it was put beside the active one, by the host's clock."),
        .optional(
            "evidenceHash", \.evidenceHash, "Names the signatures that the host itself found good before it was loaded.", Limits.digest),
        .required("rule", \.rule, "Names the rule by which calls go to it, as it is in force.", Limits.text(16)),
    ]
}

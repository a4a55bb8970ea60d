package import KubeCore
package import Schema

/// Digest and configuration known to be bad: refused under every tag and deployment they cover, until someone deletes it.
package struct ModuleQuarantine: CustomResource {
    package var metadata: ObjectMeta
    package var spec: ModuleQuarantineSpec
    package var status: NoStatus

    package init(metadata: ObjectMeta, spec: ModuleQuarantineSpec, status: NoStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "ModuleQuarantine", plural: "modulequarantines", shortNames: ["mquar"], scope: .cluster,
        about: "A digest, or a digest with one configuration, known to be bad. Deleting it lets it be tried again.",
        columns: [
            PrinterColumn("Namespace", "string", ".spec.namespace", "The namespace it covers; empty: all."),
            PrinterColumn("Action", "string", ".spec.action", "Block or Evict."),
            PrinterColumn("Reason", "string", ".spec.reason", "Why.", priority: 1),
            PrinterColumn("Digest", "string", ".spec.digest", "What it covers.", priority: 1),
            .age,
        ], hasStatus: false)
}

package struct ModuleQuarantineSpec: SchemaObject, Hashable {
    package var digest = ""
    package var namespace: String?
    package var configHash: String?
    package var action = Action.block
    package var reason = ""
    package var source: QuarantineSource?

    package init() {}

    package enum Action: String, SchemaValue, CaseIterable, Hashable {
        /// No new loads; running copies stay.
        case block = "Block"
        /// Running copies go as well.
        case evict = "Evict"
    }

    /// Whether it covers a revision of a deployment in `namespace`.
    package func covers(digest: String, configHash: String, namespace: String) -> Bool {
        digest == self.digest && (self.namespace ?? namespace) == namespace && (self.configHash ?? configHash) == configHash
    }

    package static let fields: [Field<Self>] = [
        .required("digest", \.digest, "Digest of the artifact's manifest.", Limits.digest),
        .optional("namespace", \.namespace, "The namespace it covers; all when unset.", Limits.text(63)),
        .optional("configHash", \.configHash, "The configuration it covers; all when unset.", Limits.text(64)),
        .defaulted("action", \.action, .block, "Block new loads, or Evict running copies as well."),
        .defaulted("reason", \.reason, "", "Why, in a sentence.", Limits.text(1024)),
        .optional("source", \.source, "The rollout that found it out."),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.rules.append(Limits.immutable) }
}

package struct QuarantineSource: SchemaObject, Hashable {
    package var deployment = ""
    package var rollout = ""

    package init() {}
    package init(deployment: String, rollout: String) {
        self.deployment = deployment
        self.rollout = rollout
    }

    package static let fields: [Field<Self>] = [
        .required("deployment", \.deployment, "namespace/name of the deployment.", Limits.text(128)),
        .required("rollout", \.rollout, "ID of the rollout.", Limits.text(80)),
    ]
}

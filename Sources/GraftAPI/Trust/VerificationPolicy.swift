package import KubeCore
package import Schema

/// Who may deliver what to which hosts, and whose signature it takes.
package struct VerificationPolicy: CustomResource {
    package var metadata: ObjectMeta
    package var spec: VerificationPolicySpec
    package var status: NoStatus
    /// What of it could not be read: with any, it passes nothing.
    package var problems: [String] = []

    package init(metadata: ObjectMeta, spec: VerificationPolicySpec, status: NoStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "VerificationPolicy", plural: "verificationpolicies", shortNames: ["vpol"], scope: .cluster,
        about: "Which artifacts may be delivered by which namespaces to which classes and slots, and whose signatures they must carry.",
        columns: [
            PrinterColumn("Mode", "string", ".spec.mode", "Enforce or Warn."),
            PrinterColumn("Repositories", "string", ".spec.match.repositories", "Which artifacts.", priority: 1),
            PrinterColumn("OnDistrust", "string", ".spec.onDistrust.action", "Report or RollBack.", priority: 1),
            .age,
        ], hasStatus: false)
}

package struct VerificationPolicySpec: SchemaObject, Hashable {
    package var match = PolicyMatch()
    package var authorities: [PolicyAuthority] = []
    /// How many different authorities must have signed.
    package var threshold = 1
    package var attestations: [RequiredAttestation] = []
    package var revoked: RevokedSigners?
    package var onDistrust: DistrustResponse?
    package var mode = Mode.enforce

    package init() {}

    package enum Mode: String, SchemaValue, CaseIterable, Hashable {
        case enforce = "Enforce"
        /// Reports what would fail; never grants anything.
        case warn = "Warn"
    }

    package static let fields: [Field<Self>] = [
        .required("match", \.match, "What the policy is about: all four must match."),
        .required("authorities", \.authorities, "Who may sign.") {
            Limits.map(by: "name", 16)(&$0)
            $0.minItems = 1
        },
        .defaulted("threshold", \.threshold, 1, "How many different authorities must have signed.") {
            $0.minimum = 1
            $0.maximum = 16
        },
        .collection(
            "attestations", \.attestations, "What must be attested of the artifact, each by one of the authorities.",
            Limits.map(by: "name", 16)),
        .optional("revoked", \.revoked, "Signers whose signatures count no more, whatever the authorities say."),
        .optional(
            "onDistrust", \.onDistrust,
            "What becomes of a version that hosts run and this policy accepts no more; reported when unset. An error in the policy moves nothing."
        ),
        .required("mode", \.mode, "Enforce, or Warn, which reports and never grants."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules.append(
            StructuralSchema.Rule(
                "!has(self.threshold) || self.threshold <= size(self.authorities)",
                message: "threshold: wanted no more than there are authorities"))
    }
}

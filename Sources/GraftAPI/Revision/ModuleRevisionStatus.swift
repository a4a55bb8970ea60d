package import KubeCore
package import Schema

/// What is known of a revision.
package struct ModuleRevisionStatus: SchemaObject, Hashable {
    package var outcome = Outcome.unproven
    package var message: String?
    package var evidence: [VerificationEvidence] = []
    package var evidenceHash: String?
    package var signatures: [SignatureReference] = []
    package var conditions: [Condition] = []

    package init() {}

    /// How a revision turned out.
    package enum Outcome: String, SchemaValue, CaseIterable, Hashable {
        case unproven = "Unproven"
        /// It reached its full weight and stayed: a rollback may go to it without steps.
        case good = "Good"
        /// Hosts failed by it, its analysis failed, or its deadline passed.
        case bad = "Bad"
        /// Someone undid it.
        case rejected = "Rejected"
    }

    package static let fields: [Field<Self>] = [
        .defaulted("outcome", \.outcome, .unproven, "Unproven, Good, Bad or Rejected."),
        .optional("message", \.message, "Why, in a sentence.", Limits.text(1024)),
        .collection("evidence", \.evidence, "Which policies and keys vouched for it.", Limits.atomic(64)),
        .optional(
            "evidenceHash", \.evidenceHash, "Names the signatures in the evidence; hosts report it of what they run.", Limits.digest),
        .collection(
            "signatures", \.signatures,
            "Manifests of signatures that were found after it was made and vouch for it; beside those in the spec.",
            Limits.map(by: "digest", ModuleRevisionSpec.signatureLimit)),
        .collection("conditions", \.conditions, "Verified and Compatible.", Condition.list),
    ]
}

package import KubeCore
package import Schema

/// What is known of a revision.
package struct ModuleRevisionStatus: SchemaObject, Hashable {
    package var outcome = Outcome.unproven
    package var message: String?
    package var evidence: [VerificationEvidence] = []
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
        .collection("conditions", \.conditions, "Verified and Compatible.", Condition.list),
    ]
}

/// Which policy accepted which signature by which key.
package struct VerificationEvidence: SchemaObject, Hashable {
    package var policy = ""
    package var authority = ""
    package var keyFingerprint = ""
    package var signatureDigest = ""
    package var time = Timestamp(seconds: 0)

    package init() {}
    package init(policy: String, authority: String, keyFingerprint: String, signatureDigest: String, time: Timestamp) {
        self.policy = policy
        self.authority = authority
        self.keyFingerprint = keyFingerprint
        self.signatureDigest = signatureDigest
        self.time = time
    }

    package static let fields: [Field<Self>] = [
        .required("policy", \.policy, "Name of the VerificationPolicy.", Limits.text(253)),
        .required("authority", \.authority, "Name of the authority in it.", Limits.text(63)),
        .required("keyFingerprint", \.keyFingerprint, "SHA-256 of the key's SubjectPublicKeyInfo, in hex.", Limits.text(64)),
        .required("signatureDigest", \.signatureDigest, "Digest of the signed payload.", Limits.text(80)),
        .required("time", \.time, "When it was verified."),
    ]
}

package import KubeCore
package import Schema

/// Which policy accepted which signature by whom.
package struct VerificationEvidence: SchemaObject, Hashable {
    package var policy = ""
    package var authority = ""
    package var keyFingerprint = ""
    package var signatureDigest = ""
    package var manifest: String?
    package var time = Timestamp(seconds: 0)
    package var attestation: String?
    package var issuer: String?
    package var subject: String?
    package var trustRoot: String?
    package var log: String?
    package var logIndex: Int64?
    package var signedAt: Timestamp?
    package var terms: String?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("policy", \.policy, "Name of the VerificationPolicy.", Limits.text(253)),
        .required("authority", \.authority, "Name of the authority in it.", Limits.text(63)),
        .required("keyFingerprint", \.keyFingerprint, "SHA-256 of the key's SubjectPublicKeyInfo, in hex.", Limits.text(64)),
        .required(
            "signatureDigest", \.signatureDigest, "Digest of what holds the signature: the signed payload, or the bundle.", Limits.text(80)),
        .optional("manifest", \.manifest, "Digest of the manifest that holds it.", Limits.digest),
        .required("time", \.time, "When it was verified."),
        .optional("attestation", \.attestation, "Name of the attestation that the policy demands; unset for a signature.", Limits.text(63)),
        .optional("issuer", \.issuer, "Who vouched for the signer's identity; unset for a key.", Limits.text(1024)),
        .optional("subject", \.subject, "The signer's identity; unset for a key.", Limits.text(2048)),
        .optional("trustRoot", \.trustRoot, "Digest of the trust root it was verified against.", Limits.text(80)),
        .optional("log", \.log, "The transparency log that holds the signature.", Limits.text(253)),
        .optional("logIndex", \.logIndex, "Where the log holds it.", Limits.atLeast(0)),
        .optional("signedAt", \.signedAt, "When it was signed at the latest, as a log or a time-stamp authority vouches for it."),
        .optional("terms", \.terms, "Digest of what the policy demanded.", Limits.text(80)),
    ]
}

/// What a bundle must show to be accepted.
package struct BundleRequirement: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        /// A signature over the artifact; or an attestation that says nothing but that, as cosign 3 signs images.
        case signature
        case attestation(AttestationRequirement)
        /// Either a signature over the artifact, or an attestation about it, whatever it attests.
        case any
    }

    package var signer: SignerRequirement
    package var content: Content
    /// How many different logs must hold the signature at least; every entry that is there must hold. 0 only for signers that keep their
    /// signatures out of public logs and bring time stamps instead.
    package var logs: Int
    /// How many different certificate logs must hold a signer's certificate. 0 only for authorities that have none.
    package var certificateLogs: Int

    package init(signer: SignerRequirement, content: Content = .signature, logs: Int = 1, certificateLogs: Int = 1) {
        self.signer = signer
        self.content = content
        self.logs = logs
        self.certificateLogs = certificateLogs
    }
}

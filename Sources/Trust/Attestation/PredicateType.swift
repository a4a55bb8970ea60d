/// Types of predicates that have short names, or are read further than as JSON.
package enum PredicateType {
    package static let slsaProvenanceV1 = "https://slsa.dev/provenance/v1"
    package static let slsaProvenanceV0_2 = "https://slsa.dev/provenance/v0.2"
    package static let spdx = "https://spdx.dev/Document"
    package static let cycloneDX = "https://cyclonedx.org/bom"
    package static let vulnerabilities = "https://cosign.sigstore.dev/attestation/vuln/v1"
    package static let openVEX = "https://openvex.dev/ns"
    /// What cosign 3 signs images with: the predicate is empty, the subject is everything.
    package static let cosignSignature = "https://sigstore.dev/cosign/sign/v1"

    /// cosign's `--type` names.
    private static let shortNames = [
        "slsaprovenance": slsaProvenanceV0_2, "slsaprovenance02": slsaProvenanceV0_2, "slsaprovenance1": slsaProvenanceV1,
        "spdx": spdx, "spdxjson": spdx, "cyclonedx": cycloneDX, "vuln": vulnerabilities, "openvex": openVEX,
    ]

    /// The type's URI; a text that is no short name stands for itself.
    package static func expanded(_ name: String) -> String {
        for (short, type) in shortNames where short.isIdentical(to: name) { return type }
        return name
    }
}

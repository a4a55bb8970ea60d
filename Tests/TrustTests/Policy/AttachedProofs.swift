import JSON

@testable import Trust

/// An artifact with proofs of every family attached to it: its digest is that of the conformance suite's `a.txt`.
enum AttachedProofs {
    static let digest = "sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf"
    static let roots = RootShelf([("sigstore", .bytes(root))])
    private static let root = (try? BundleFixtures.bytes("roots/production.json")) ?? []

    /// A bundle as a referrer carries it.
    static func bundle(_ name: String) throws -> SignatureManifest {
        let payload = try BundleFixtures.bytes("conformance/\(name).json")
        return manifest(payload, "application/vnd.dev.sigstore.bundle.v0.3+json")
    }

    static func manifest(_ payload: [UInt8], _ mediaType: String) -> SignatureManifest {
        let digest = ContentDigest.sha256(of: payload)
        return SignatureManifest(
            digest: digest,
            layers: [SignatureLayer(mediaType: mediaType, digest: digest, size: payload.count, annotations: [:], payload: payload)])
    }

    /// Signed by a key, classically.
    static func signature(by number: UInt8) throws -> SignatureManifest {
        SignatureManifest(digest: Samples.otherDigest, layers: [try Samples.signature(by: number, digest: digest)])
    }

    /// The conformance suite's own signer.
    static func keyless(_ change: (inout PolicySource.Keyless) -> Void = { _ in }) -> PolicySource.Authority {
        var keyless = PolicySource.Keyless()
        keyless.issuer = BundleFixtures.githubIssuer
        keyless.subject = BundleFixtures.conformanceSubject
        keyless.roots = ["sigstore"]
        change(&keyless)
        return .init(name: "beacon", keyless: keyless)
    }

    /// What built according to the provenance in `happy-path-intoto-in-dsse-v3`, and who vouches for that.
    static let builder = "https://github.com/loosebazooka/aa-test/.github/workflows/provenance.yaml@refs/heads/main"
    static func provenanceAuthority() -> PolicySource.Authority {
        var keyless = PolicySource.Keyless()
        keyless.issuer = BundleFixtures.githubIssuer
        keyless.subject = BundleFixtures.conformanceSubject
        keyless.roots = ["sigstore"]
        return .init(name: "builder", keyless: keyless)
    }

    static func provenance(_ change: (inout PolicySource.Attestation) -> Void = { _ in }) -> PolicySource.Attestation {
        var attestation = PolicySource.Attestation(name: "provenance", predicateType: PredicateType.slsaProvenanceV1)
        attestation.authorities = ["builder"]
        attestation.provenance = .init(
            builders: [builder], buildTypes: ["https://actions.github.io/buildtypes/workflow/v1"],
            externalParameters: [
                ["path": "workflow.repository", "exact": "https://github.com/loosebazooka/aa-test"],
                ["path": "workflow.ref", "oneOf": ["refs/heads/main", "refs/heads/release"]], ["path": "workflow.path", "exists": true],
            ])
        change(&attestation)
        return attestation
    }

    static func judge(_ source: PolicySource, _ proofs: SignatureManifest...) -> Judgement {
        PolicySet([Policy(source, roots: roots)]).judge(Samples.delivery, digest: digest, signatures: proofs)
    }
}

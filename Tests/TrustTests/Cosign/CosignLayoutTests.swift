import JSON
import Testing

@testable import Trust

/// Signatures made by cosign 2.5.0 and skopeo 1.18.0.
@Suite struct CosignLayoutTests {
    static let signed = ["cosign", "skopeo"].flatMap { tool in
        ["p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072"].map { (tool, $0) }
    }

    @Test(arguments: signed)
    func `a signature by either tool and any kind of key verifies, the repository too`(tool: String, key: String) throws {
        let layout = try Layout("layouts/\(tool)-\(key)")
        let claim = CosignSignature.Claim(
            digest: layout.artifact, repository: "127.0.0.1:5055/\(tool)/\(key)", authorities: try Fixtures.authority(key),
            signedReference: .repository)
        let verdict = CosignSignature.verify(layout.signatures, claim: claim)
        #expect(verdict.failure == nil)
        #expect(verdict.passed.map(\.keyFingerprint) == [try Fixtures.key(key).fingerprint])
    }

    @Test(arguments: signed)
    func `the same signature under any other key is invalid`(tool: String, key: String) throws {
        let layout = try Layout("layouts/\(tool)-\(key)")
        for other in ["p256", "p256-other", "p384", "p521", "ed25519", "rsa2048", "rsa3072"] where other != key {
            let claim = CosignSignature.Claim(digest: layout.artifact, repository: "", authorities: try Fixtures.authority(other))
            #expect(CosignSignature.verify(layout.signatures, claim: claim).failure == .noValidSignature([.signatureInvalid]))
        }
    }

    @Test func `annotations a signer adds decide nothing`() throws {
        let layout = try Layout("layouts/cosign-annot")
        let claim = CosignSignature.Claim(digest: layout.artifact, repository: "", authorities: try Fixtures.authority("p256"))
        #expect(CosignSignature.verify(layout.signatures, claim: claim).failure == nil)
        let payload = try SimpleSigning(payload: layout.signatures[0].layers[0].payload)
        #expect(payload.optional == ["build": "42", "env": "prod"])
    }

    @Test func `of two signers each is found, and who tried what is told`() throws {
        let layout = try Layout("layouts/cosign-multi")
        let both = CosignSignature.Claim(digest: layout.artifact, repository: "", authorities: try Fixtures.authority("p256", "ed25519"))
        let verdict = CosignSignature.verify(layout.signatures, claim: both)
        #expect(verdict.failure == nil)
        #expect(verdict.attempts.map(\.layer) == [0, 0, 1, 1])
        #expect(verdict.attempts.map(\.authority) == ["p256", "ed25519", "p256", "ed25519"])
        #expect(verdict.attempts.map(\.failure) == [nil, .signatureInvalid, .signatureInvalid, nil])
        for key in ["p256", "ed25519"] {
            let one = CosignSignature.Claim(digest: layout.artifact, repository: "", authorities: try Fixtures.authority(key))
            #expect(CosignSignature.verify(layout.signatures, claim: one).failure == nil)
        }
    }

    @Test(arguments: ["cosign-attest", "cosign-bundle"])
    func `attestations and bundles are no classic signatures`(name: String) throws {
        let layout = try Layout("layouts/\(name)")
        let claim = CosignSignature.Claim(digest: layout.artifact, repository: "", authorities: try Fixtures.authority("p256"))
        #expect(layout.signatures.isEmpty)
        #expect(CosignSignature.verify(layout.signatures, claim: claim).failure == .noSignatures)
    }

    @Test func `every layout is looked at`() throws {
        let known = Set(Self.signed.map { "\($0)-\($1)" } + ["cosign-annot", "cosign-multi", "cosign-attest", "cosign-bundle"])
        #expect(Set(try Fixtures.directories("layouts")) == known)
    }
}

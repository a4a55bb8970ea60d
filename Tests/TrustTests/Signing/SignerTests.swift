import JSON
import Testing

@testable import Trust

@Suite struct SignerTests {
    @Test func `what is signed verifies, for its digest, its repository and its key alone`() throws {
        let manifest = try Samples.manifest(Samples.signature())
        #expect(CosignSignature.verify([manifest], claim: try Samples.claim(reference: .repository)).failure == nil)
        #expect(CosignSignature.verify([manifest], claim: try Samples.claim(2)).failure == .noValidSignature([.signatureInvalid]))
        var elsewhere = try Samples.claim(reference: .repository)
        elsewhere.repository = "registry.example/other/http"
        #expect(
            CosignSignature.verify([manifest], claim: elsewhere).failure
                == .noValidSignature([.referenceMismatch(found: Samples.repository, wanted: "registry.example/other/http")]))
    }

    @Test func `a layer carries what cosign reads`() throws {
        let layer = try Signer(key: Samples.key()).sign(digest: Samples.digest, repository: Samples.repository, optional: ["build": "42"])
        #expect(layer.mediaType == "application/vnd.dev.cosign.simplesigning.v1+json")
        #expect(layer.size == layer.payload.count)
        #expect(layer.digest == ContentDigest.sha256(of: layer.payload))
        #expect(layer.annotations.keys.sorted() == ["dev.cosignproject.cosign/signature"])
        #expect(try SimpleSigning(payload: layer.payload).optional == ["build": "42"])
    }

    @Test func `only a digest is signed`() throws {
        #expect(throws: SigningError.digest("v1")) { try Signer(key: Samples.key()).sign(digest: "v1", repository: Samples.repository) }
        #expect(throws: SigningError.digest("v1")) { try SignatureImage(for: "v1", layers: []) }
    }

    @Test func `an image holds its signatures under the artifact's tag`() throws {
        let layers = [try Samples.signature(), try Samples.signature(by: 2)]
        let image = try SignatureImage(for: Samples.digest, layers: layers)
        #expect(image.tag == "sha256-" + String(repeating: "0a", count: 32) + ".sig")
        let manifest = try JSON.parse(image.manifest)
        #expect(manifest["config"]?["digest"]?.string == image.configDigest)
        #expect(manifest["config"]?["size"]?.integer == Int64(image.config.count))
        #expect(manifest["layers"]?.array?.map { $0["digest"]?.string } == layers.map(\.digest))
        #expect(image.manifestDigest == ContentDigest.sha256(of: image.manifest))
    }

    @Test(arguments: ["cosign-p256", "cosign-ed25519", "cosign-multi", "cosign-annot"])
    func `from cosign's layers comes cosign's image, byte for byte`(name: String) throws {
        let layout = try Layout("layouts/\(name)")
        let image = try SignatureImage(for: layout.artifact, layers: layout.signatures[0].layers)
        #expect(image.config == layout.configBytes)
        #expect(image.manifest == layout.manifestBytes)
        #expect(image.manifestDigest == layout.signatures[0].digest)
    }

    @Test func `signing again is seen to be needless`() throws {
        let signer = Signer(key: try Samples.key())
        let layers = [try Samples.signature(by: 2), try Samples.signature()]
        #expect(signer.hasSigned(layers, digest: Samples.digest, repository: Samples.repository))
        #expect(!signer.hasSigned([layers[0]], digest: Samples.digest, repository: Samples.repository))
        #expect(!signer.hasSigned(layers, digest: Samples.otherDigest, repository: Samples.repository))
        #expect(!signer.hasSigned(layers, digest: Samples.digest, repository: "registry.example/other"))
    }

    @Test func `no more signatures are stored than a verifier looks at`() throws {
        let layers = Array(repeating: try Samples.signature(), count: 65)
        #expect(throws: SigningError.tooManyLayers(limit: 64)) { try SignatureImage(for: Samples.digest, layers: layers) }
    }
}

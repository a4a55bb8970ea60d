import Testing

@testable import Trust

@Suite struct CosignSignatureTests {
    @Test func `a signature over another digest is a mismatch, which names both`() throws {
        let manifest = try Samples.manifest(Samples.signature(digest: Samples.otherDigest))
        let verdict = CosignSignature.verify([manifest], claim: try Samples.claim())
        let failure = VerificationFailure.digestMismatch(found: Samples.otherDigest, wanted: Samples.digest)
        #expect(verdict.failure == .noValidSignature([failure]))
        #expect(failure.description.contains(Samples.digest))
        #expect(failure.description.contains(Samples.otherDigest))
    }

    @Test func `a payload that names the digest in upper case is a mismatch`() throws {
        let upper = "sha256:" + Samples.digest.dropFirst(7).uppercased()
        let payload = SimpleSigning(dockerReference: Samples.repository, manifestDigest: upper).bytes
        let layer = try Samples.signed(String(decoding: payload, as: UTF8.self))
        let verdict = CosignSignature.verify([try Samples.manifest(layer)], claim: try Samples.claim())
        #expect(verdict.failure == .noValidSignature([.digestMismatch(found: upper, wanted: Samples.digest)]))
    }

    @Test(arguments: [
        "", "v1.0", "sha256:abc", "SHA256:" + String(repeating: "0a", count: 32), "sha256:" + String(repeating: "0A", count: 32),
        "sha512:" + String(repeating: "0a", count: 64),
    ])
    func `what is claimed must be a digest`(digest: String) throws {
        let manifest = try Samples.manifest(Samples.signature())
        let verdict = CosignSignature.verify([manifest], claim: try Samples.claim(digest: digest))
        #expect(verdict.failure == .artifactDigestMalformed(found: digest))
        #expect(verdict.attempts.isEmpty)
    }

    @Test func `a blob other than the manifest names is refused before its signature is looked at`() throws {
        let good = try Samples.signature()
        var swapped = good
        swapped.payload = try Samples.signature(digest: Samples.otherDigest).payload
        let found = ContentDigest.sha256(of: swapped.payload)
        #expect(
            CosignSignature.verify([try Samples.manifest(swapped)], claim: try Samples.claim()).failure
                == .noValidSignature([.blobDigestMismatch(found: found, wanted: good.digest)]))
        var shorter = good
        shorter.size += 1
        #expect(
            CosignSignature.verify([try Samples.manifest(shorter)], claim: try Samples.claim()).failure
                == .noValidSignature([.blobSizeMismatch(found: good.size, wanted: good.size + 1)]))
    }

    @Test func `one good signature among bad ones is enough, and the bad ones are reported`() throws {
        let layers = [
            Samples.layer(payload: [], signature: "AAAA"), try Samples.signature(by: 2), try Samples.signature(),
            Samples.layer(payload: Array("{}".utf8), signature: nil),
        ]
        let verdict = CosignSignature.verify([SignatureManifest(digest: Samples.otherDigest, layers: layers)], claim: try Samples.claim())
        #expect(verdict.failure == nil)
        #expect(verdict.attempts.map(\.failure) == [.signatureInvalid, .signatureInvalid, nil, .signatureMissing])
        #expect(verdict.attempts.map(\.manifest) == Array(repeating: Samples.otherDigest, count: 4))
        #expect(verdict.passed.map(\.layer) == [2])
    }

    @Test func `what nobody trusted signed is never interpreted`() throws {
        let layer = try Samples.signed("not JSON", by: 2)
        let verdict = CosignSignature.verify([try Samples.manifest(layer)], claim: try Samples.claim(1))
        #expect(verdict.failure == .noValidSignature([.signatureInvalid]))
    }

    @Test func `sixty-four signatures are looked at, one more is too many, of other media types too`() throws {
        let junk = Samples.layer(payload: [1], signature: "AAAA")
        let other = Samples.layer(payload: [1], signature: "AAAA", mediaType: "application/octet-stream")
        let good = try Samples.signature()
        let full = SignatureManifest(digest: "", layers: Array(repeating: junk, count: 63) + [good])
        #expect(CosignSignature.verify([full], claim: try Samples.claim()).failure == nil)
        let over = SignatureManifest(digest: "", layers: Array(repeating: other, count: 64) + [good])
        #expect(CosignSignature.verify([over], claim: try Samples.claim()).failure == .tooManyLayers(count: 65, limit: 64))
        #expect(CosignSignature.verify([full, full], claim: try Samples.claim()).failure == .tooManyLayers(count: 128, limit: 64))
    }

    @Test func `payloads beyond the limit together are too large`() throws {
        let half = Samples.layer(payload: [UInt8](repeating: 0x20, count: SignatureLimits.bytes / 2), signature: "AAAA")
        let exact = SignatureManifest(digest: "", layers: [half, half])
        #expect(
            CosignSignature.verify([exact], claim: try Samples.claim()).failure
                == .noValidSignature([.signatureInvalid, .signatureInvalid]))
        let over = SignatureManifest(digest: "", layers: [half, half, Samples.layer(payload: [0], signature: "AAAA")])
        let failure = VerificationFailure.tooLarge(bytes: SignatureLimits.bytes + 1, limit: SignatureLimits.bytes)
        #expect(CosignSignature.verify([over], claim: try Samples.claim()).failure == failure)
    }

    @Test func `no authority and no key means no valid signature`() throws {
        let manifest = try Samples.manifest(Samples.signature())
        for authorities in [[], [Authority(name: "empty", keys: [])]] {
            let claim = CosignSignature.Claim(digest: Samples.digest, repository: Samples.repository, authorities: authorities)
            #expect(CosignSignature.verify([manifest], claim: claim).failure != nil)
        }
    }

    @Test func `no mutation of a signed layer verifies`() throws {
        let original = try Samples.signature()
        let signature = Array((original.annotations[SignatureLayer.signatureAnnotation] ?? "").utf8)
        var generator = SeededGenerator(seed: 4)
        for round in 0..<600 {
            var payload = original.payload
            var text = signature
            if round.isMultiple(of: 2) { payload = payload.mutated(by: &generator) } else { text = text.mutated(by: &generator) }
            guard payload != original.payload || text != signature else { continue }
            let layer = Samples.layer(payload: payload, signature: String(decoding: text, as: UTF8.self))
            let verdict = CosignSignature.verify([SignatureManifest(digest: "", layers: [layer])], claim: try Samples.claim())
            #expect(verdict.failure != nil, "round \(round)")
        }
    }

    @Test(arguments: [
        ("registry.example/a/b", "registry.example/a/b"), ("registry.example/a/b:1.0", "registry.example/a/b"),
        ("registry.example:5000/a", "registry.example:5000/a"), ("registry.example:5000/a:v1", "registry.example:5000/a"),
        ("registry.example/a:v1@sha256:00", "registry.example/a"), ("registry.example/a@sha256:00", "registry.example/a"),
        ("localhost/a", "localhost/a"), ("localhost:5000/a:x", "localhost:5000/a"),
        ("nginx", "docker.io/library/nginx"), ("nginx:1", "docker.io/library/nginx"), ("a/b", "docker.io/a/b"),
        ("docker.io/nginx", "docker.io/library/nginx"), ("index.docker.io/library/nginx", "docker.io/library/nginx"),
    ])
    func `repositories are compared without tag and with one name for Docker Hub`(reference: String, normalized: String) {
        #expect(RepositoryName.normalized(reference) == normalized)
    }

    @Test func `many different reasons are summed up`() {
        let failures = (0..<9).map { VerificationFailure.payloadMalformed("\($0)") } + [.signatureInvalid, .signatureInvalid]
        let message = VerificationFailure.noValidSignature(failures).description
        #expect(message.contains("malformed: 3; and 6 more reasons"))
        #expect(
            VerificationFailure.noValidSignature([.signatureInvalid]).description
                == "no signature is valid: \(VerificationFailure.signatureInvalid)")
    }
}

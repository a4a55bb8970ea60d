import JSON

@testable import Trust

extension FuzzTarget {
    /// What is accepted of changed annotations and payloads is what was signed: keyless, by a key, and as an attestation.
    static let classic = FuzzTarget("classic", .base64, limit: 32 << 10, seeds: { try KnownLayer.seeds() }) { bytes in
        guard let first = bytes.first, let known = KnownLayer.all[at: Int(first)] else { return }
        guard let layer = KnownLayer.layer(Array(bytes.dropFirst())) else { return }
        let verdict = known.verify(layer)
        try promise("the same input gets the same verdict", verdict == known.verify(layer))
        for attempt in verdict.attempts {
            if let failure = attempt.failure { try checkWords(failure.description) }
        }
        if let failure = verdict.failure { return try checkWords(failure.description) }
        try promise("one attempt passed", !verdict.passed.isEmpty)
        for attempt in verdict.passed {
            try promise("the signer is the same", known.signers.contains(attempt.keyFingerprint))
        }
        // The envelope of an attestation is no canonical text; what it holds is held against the original's.
        try promise("what was signed is the same", known.signed(layer.payload) == known.signed(known.layer.payload))
    }
}

/// A layer of a signature manifest that is accepted, and what it is judged by.
struct KnownLayer: Sendable {
    let layer: SignatureLayer
    let signers: Set<String?>
    private let hasPayload: Bool
    private let judge: @Sendable (SignatureLayer) -> SignatureVerdict

    func verify(_ layer: SignatureLayer) -> SignatureVerdict { judge(layer) }

    /// What the signature covers.
    func signed(_ payload: [UInt8]) -> [UInt8] {
        guard hasPayload else { return [] }
        guard layer.mediaType == SignatureLayer.attestationMediaType, let envelope = try? DSSEEnvelope(json: payload) else {
            return payload
        }
        return envelope.preAuthenticationEncoding
    }

    private init(_ layer: SignatureLayer, hasPayload: Bool = true, judge: @escaping @Sendable (SignatureLayer) -> SignatureVerdict) {
        self.layer = layer
        self.hasPayload = hasPayload
        self.judge = judge
        signers = Set(judge(layer).passed.map(\.keyFingerprint))
        precondition(!signers.isEmpty, "a layer that fuzzing begins with is accepted")
    }

    static let all: [KnownLayer] = {
        do { return [try signature("cosign-p256"), try signature("skopeo-ed25519"), try attestation(), try keyless()] } catch {
            preconditionFailure("the layers that fuzzing begins with: \(error)")
        }
    }()

    // MARK: Input

    /// `{mediaType, annotations, payload}`; digest and size follow from the payload, since whoever writes one writes the other.
    static func layer(_ bytes: [UInt8]) -> SignatureLayer? {
        guard let json = try? JSON.parse(bytes), let type = json["mediaType"]?.string,
            let payload = json["payload"]?.string.flatMap({ Base64.decode($0) })
        else { return nil }
        let annotations = (json["annotations"]?.object ?? [:]).reduce(into: [String: String]()) { $0[$1.0] = $1.1.string }
        return SignatureLayer(
            mediaType: type, digest: ContentDigest.sha256(of: payload), size: payload.count, annotations: annotations, payload: payload)
    }

    static func seeds() throws -> [[UInt8]] {
        all.enumerated().map { index, known in
            let annotations = known.layer.annotations.sorted { $0.key < $1.key }.reduce(into: JSONObject()) {
                $0[$1.key] = .string($1.value)
            }
            let json: JSON = [
                "mediaType": .string(known.layer.mediaType), "annotations": .object(annotations),
                "payload": .string(Base64.encode(known.layer.payload)),
            ]
            return [UInt8(index)] + json.bytes()
        }
    }

    // MARK: Cases

    private static func signature(_ layout: String) throws -> KnownLayer {
        let (digest, layer) = try read(layout, SignatureManifest.tag)
        let name = layout.split(separator: "-").last ?? ""
        let authorities = [Authority(name: "key", keys: [try PublicKey(pem: SeedFiles.text("keys/\(name).pub"))])]
        return KnownLayer(layer) { layer in
            CosignSignature.verify(
                [SignatureManifest(digest: "", layers: [layer])], claim: .init(digest: digest, repository: "", authorities: authorities))
        }
    }

    private static func attestation() throws -> KnownLayer {
        let (digest, layer) = try read("cosign-attest", SignatureManifest.attestationTag)
        let envelope = try DSSEEnvelope(json: layer.payload)
        let type = try Statement(payload: envelope.payload).predicateType
        let authorities = [Authority(name: "key", keys: [try PublicKey(pem: SeedFiles.text("keys/p256.pub"))])]
        return KnownLayer(layer) { layer in
            CosignAttestation.verify(
                [SignatureManifest(digest: "", layers: [layer])],
                claim: .init(digest: digest, authorities: authorities, requirement: AttestationRequirement(predicateTypes: [type])))
        }
    }

    /// Of what was signed there is only the digest; signature, certificate and the log's promise are what is held together.
    private static func keyless() throws -> KnownLayer {
        let json = try JSON.parse(SeedFiles.bytes("bundles/classic/ok.json"))
        let annotations = (json["annotations"]?.object ?? [:]).reduce(into: [String: String]()) { $0[$1.0] = $1.1.string }
        guard let digest = MessageDigest(text: "sha256:33ba4626dfdfbf3d385f85e729fe28a2fc5f02ec2206b1b71f50c2694f51a6bc") else {
            throw SeedFiles.Missing(path: "bundles/classic")
        }
        let root = try TrustedRoot(json: SeedFiles.bytes("bundles/roots/mutants-bundle-unknown-field_fail.json"))
        let identity = try IdentityRequirement(
            issuer: .exact("https://issuer.example.test"), subject: .exact("https://ci.example.test/org/repo/build.yml@refs/heads/main"))
        let layer = SignatureLayer(
            mediaType: SignatureLayer.mediaType, digest: ContentDigest.sha256(of: []), size: 0, annotations: annotations, payload: [])
        return KnownLayer(layer, hasPayload: false) { layer in
            var verdict = SignatureVerdict()
            var attempt = SignatureVerdict.Attempt(manifest: "", layer: 0, layerDigest: layer.digest)
            do throws(VerificationFailure) {
                guard let signature = Base64.decode(layer.annotations[SignatureLayer.signatureAnnotation] ?? "") else {
                    throw .signatureEncoding
                }
                let material = try KeylessMaterial(layer.annotations, signature: signature, timestamped: signature)
                let evidence = try material.verify(.message(.digest(digest)), identities: [identity], roots: [root])
                attempt.evidence = evidence
                attempt.keyFingerprint = evidence.keyFingerprint
            } catch {
                attempt.failure = error
                verdict.failure = .noValidSignature([error])
            }
            verdict.attempts = [attempt]
            return verdict
        }
    }

    /// The artifact's digest and the first layer of what is attached to it, from an image layout.
    private static func read(_ layout: String, _ tag: (String) -> String) throws -> (digest: String, layer: SignatureLayer) {
        let path = "layouts/\(layout)"
        let index = try JSON.parse(SeedFiles.bytes("\(path)/index.json"))
        var tags: [String: String] = [:]
        for entry in index["manifests"]?.array ?? [] {
            tags[entry["annotations"]?["org.opencontainers.image.ref.name"]?.string ?? ""] = entry["digest"]?.string
        }
        func blob(_ digest: String) throws -> [UInt8] { try SeedFiles.bytes("\(path)/blobs/sha256/\(digest.dropFirst(7))") }
        let artifact = tags["v1"] ?? ""
        let manifest = try JSON.parse(blob(tags[tag(artifact)] ?? ""))
        let layer = manifest["layers"]?[0] ?? .null
        let payload = try blob(layer["digest"]?.string ?? "")
        return (
            artifact,
            SignatureLayer(
                mediaType: layer["mediaType"]?.string ?? "", digest: layer["digest"]?.string ?? "", size: payload.count,
                annotations: (layer["annotations"]?.object ?? [:]).reduce(into: [:]) { $0[$1.0] = $1.1.string }, payload: payload)
        )
    }
}

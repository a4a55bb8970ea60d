import Crypto
import JSON
import Trust

/// A keyless signature that is verified whole, and what of it are signature primitives: the same keys, signatures and messages.
struct Keyless {
    let name: String
    /// From the bytes that came to the evidence.
    let verify: () throws -> Void
    private(set) var primitives: [Primitive] = []

    func doPrimitives() { for primitive in primitives { keep(primitive.run()) } }

    /// Rekor's first generation: a promise, and an inclusion proof with its checkpoint.
    static func logged() throws -> Keyless {
        try bundle("bundle 0.3, Rekor v1", "happy-path-v0.3", root: "production")
    }

    /// Its second: a checkpoint, and a time stamp.
    static func stamped() throws -> Keyless {
        try bundle("bundle 0.3, Rekor v2 and a time stamp", "rekor2-happy-path", root: "conformance-rekor2-checkpoint-cosigned")
    }

    private static func bundle(_ name: String, _ file: String, root: String) throws -> Keyless {
        let bytes = try Fixtures.bytes("conformance/\(file).json")
        let root = try Fixtures.root(root)
        let artifact = Artifact.digest(try Fixtures.digest())
        let requirement = BundleRequirement(signer: .identities([try Fixtures.identity()]))
        var keyless = Keyless(name: name) {
            keep(try BundleVerifier(root: root).verify(Bundle(json: bytes), of: artifact, requirement: requirement))
        }
        let bundle = try Bundle(json: bytes)
        let evidence = try BundleVerifier(root: root).verify(bundle, of: artifact, requirement: requirement)
        keyless.primitives = try Anatomy(bundle, root, evidence).primitives(signed: Fixtures.bytes("artifacts/a.txt"))
        return keyless
    }

    /// An attestation as cosign attached it before there were bundles: certificate, chain and the log's promise stand in annotations.
    static func classic() throws -> Keyless {
        let root = try Fixtures.root("production")
        let layer = try Fixtures.classicAttestation()
        let manifest = SignatureManifest(digest: Fixtures.digestText, layers: [layer])
        let claim = CosignAttestation.Claim(
            digest: Fixtures.digestText,
            authorities: [Authority(name: "ci", keys: [], identities: [try Fixtures.identity()], roots: [root])],
            requirement: AttestationRequirement(predicateTypes: [PredicateType.slsaProvenanceV1]), roots: [root])
        var keyless = Keyless(name: "classic attestation") {
            let verdict = CosignAttestation.verify([manifest], claim: claim)
            if let failure = verdict.failure { throw Failure("the classic attestation: \(failure)") }
        }
        var bundle = try Bundle(json: Fixtures.bytes("conformance/happy-path-intoto-in-dsse-v3.json"))
        bundle.logEntries[0].proof = nil
        guard let evidence = CosignAttestation.verify([manifest], claim: claim).passed.first?.evidence,
            case .envelope(let envelope) = bundle.content
        else { throw Failure("the classic attestation doesn't hold: \(CosignAttestation.verify([manifest], claim: claim))") }
        keyless.primitives = try Anatomy(bundle, root, evidence).primitives(signed: envelope.preAuthenticationEncoding)
        return keyless
    }
}

/// A keyless signature taken apart into the signatures it is made of.
struct Anatomy {
    private let bundle: Bundle
    private let root: TrustedRoot
    private let evidence: BundleEvidence

    init(_ bundle: Bundle, _ root: TrustedRoot, _ evidence: BundleEvidence) {
        self.bundle = bundle
        self.root = root
        self.evidence = evidence
    }

    func primitives(signed message: [UInt8]) throws -> [Primitive] {
        guard case .certificate(let der, _) = bundle.signer else { throw Failure("wanted a keyless bundle") }
        let leaf = try Certificate(der: der)
        let path = try issued(leaf)
        return [
            try Primitive("signature", key: leaf.publicKey(), signature: bundle.signature, message: message, comesAlong: true),
            try Primitive("certificate", key: path.issuer.publicKey(), signature: leaf.signature, message: Array(leaf.tbs)),
        ] + (try certificateTimestamps(path)) + (try bundle.logEntries.flatMap(logged)) + (try bundle.timestamps.map(stamped))
    }

    private func issued(_ leaf: Certificate) throws -> CertificatePath {
        for authority in root.certificateAuthorities {
            if let path = try? authority.validate(leaf: leaf, at: evidence.times.map(\.time)) { return path }
        }
        throw Failure("nobody issued the certificate")
    }

    private func certificateTimestamps(_ path: CertificatePath) throws -> [Primitive] {
        let issuer = Array(SHA256.hash(data: path.issuer.subjectPublicKeyInfo))
        return try SignedCertificateTimestamp.embedded(in: path.leaf).compactMap { timestamp in
            guard let log = root.certificateLogs.first(where: { $0.id == timestamp.logID }) else { return nil }
            let message = timestamp.signedBytes(issuerKeyHash: issuer, precertificate: path.leaf.precertificateTBS())
            return try Primitive("certificate timestamp", key: log.key, signature: timestamp.signature, message: message)
        }
    }

    private func logged(_ entry: LogEntry) throws -> [Primitive] {
        guard let log = root.logs.first(where: { $0.id == entry.logID }) else { throw Failure("a log that the root doesn't name") }
        var primitives: [Primitive] = []
        if let promise = entry.promise, let body = entry.body, let time = entry.integratedTime {
            let message = SignedEntryTimestamp.signedBytes(body: body, integratedTime: time, logID: entry.logID, logIndex: entry.index)
            primitives.append(try Primitive("promise", key: log.key, signature: promise, message: message))
        }
        if let note = entry.proof?.checkpoint { primitives.append(try Self.checkpoint(note, log)) }
        return primitives
    }

    private static func checkpoint(_ note: String, _ log: TransparencyLog) throws -> Primitive {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        guard let blank = lines.firstIndex(where: \.isEmpty) else { throw Failure("a checkpoint without signatures") }
        let text = lines[..<blank].joined(separator: "\n") + "\n"
        for line in lines[(blank + 1)...] {
            guard let base64 = line.split(separator: " ").last, let bytes = Base64.decode(String(base64)),
                bytes.starts(with: log.id.prefix(4))
            else { continue }
            return try Primitive("checkpoint", key: log.key, signature: Array(bytes.dropFirst(4)), message: Array(text.utf8))
        }
        throw Failure("a checkpoint that the log didn't sign")
    }

    private func stamped(_ response: [UInt8]) throws -> Primitive {
        let token = try TimestampToken(response: response)
        guard let authority = root.timestampAuthorities.first(where: { $0.isNamed(by: token) }) else { throw Failure("nobody stamped it") }
        return try Primitive(
            "time stamp", key: authority.certificates[0].publicKey(), signature: token.signer.signature, message: token.signer.signedBytes)
    }
}

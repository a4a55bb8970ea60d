import JSON

extension Bundle {
    /// Reads a bundle strictly: unknown members, two kinds of content or signer, and whatever its version lacks are errors.
    package init(json bytes: [UInt8]) throws(VerificationFailure) {
        do {
            self = try Self.read(bytes)
        } catch let failure as BundleFailure {
            throw .bundle(failure)
        } catch let failure as LogFailure {
            throw .log(failure)
        } catch let error as ProtoMessageError {
            throw .bundle(.bundleMalformed(error.description))
        } catch {
            throw .bundle(.bundleMalformed("\(error)"))
        }
    }

    private static func read(_ bytes: [UInt8]) throws -> Bundle {
        guard bytes.count <= BundleLimits.bytes else { throw BundleFailure.tooLarge(bytes: bytes.count, limit: BundleLimits.bytes) }
        guard BundleLimits.allowValues(of: bytes) else { throw BundleFailure.bundleMalformed("more than \(BundleLimits.values) values") }
        let limits = JSONLimits(size: BundleLimits.bytes, depth: BundleLimits.depth)
        let message = try ProtoMessage(
            JSON.parse(bytes, limits: limits), at: "",
            members: ["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])
        let version = try version(try message.string("mediaType") ?? "")
        guard
            let material = try message.message(
                "verificationMaterial",
                members: ["certificate", "x509CertificateChain", "publicKey", "tlogEntries", "timestampVerificationData"])
        else { throw BundleFailure.bundleMalformed("no verificationMaterial") }
        let bundle = Bundle(
            version: version, signer: try signer(material, version), content: try content(message),
            logEntries: try logEntries(material), timestamps: try timestamps(material))
        try bundle.checkPromisesAndProofs()
        return bundle
    }

    private static func version(_ mediaType: String) throws(BundleFailure) -> Version {
        if mediaType.isIdentical(to: "application/vnd.dev.sigstore.bundle.v0.3+json") { return .v0_3 }
        for version in [Version.v0_1, .v0_2, .v0_3]
        where mediaType.isIdentical(to: "application/vnd.dev.sigstore.bundle+json;version=\(version.rawValue)") { return version }
        throw .bundleVersion(found: String(mediaType.prefix(128)))
    }

    // MARK: Signer

    private static func signer(_ material: ProtoMessage, _ version: Version) throws -> Signer {
        let kinds = ["certificate", "x509CertificateChain", "publicKey"].filter(material.has)
        guard kinds.count <= 1 else {
            throw BundleFailure.bundleMalformed("\(kinds.joined(separator: " and ")) together, wanted one of them")
        }
        if let key = try material.message("publicKey", members: ["hint"]) {
            return .publicKey(hint: try key.string("hint") ?? "")
        }
        if let certificate = try material.message("certificate", members: ["rawBytes"]) {
            guard version == .v0_3 else {
                throw BundleFailure.bundleMalformed(
                    "verificationMaterial.certificate: version \(version.rawValue) wants x509CertificateChain instead")
            }
            guard let der = try certificate.bytes("rawBytes"), !der.isEmpty else { throw BundleFailure.certificateMissing }
            return .certificate(der, intermediates: [])
        }
        guard let chain = try material.message("x509CertificateChain", members: ["certificates"]) else {
            throw BundleFailure.certificateMissing
        }
        guard version != .v0_3 else {
            throw BundleFailure.bundleMalformed("verificationMaterial.x509CertificateChain: version 0.3 wants certificate instead")
        }
        var certificates: [[UInt8]] = []
        let elements = try chain.values("certificates")
        guard elements.count <= BundleLimits.certificates else {
            throw BundleFailure.tooManyCertificates(count: elements.count, limit: BundleLimits.certificates)
        }
        for (index, element) in elements.enumerated() {
            let certificate = try ProtoMessage(element, at: "\(chain.field("certificates"))[\(index)]", members: ["rawBytes"])
            guard let der = try certificate.bytes("rawBytes"), !der.isEmpty else { throw BundleFailure.certificateMissing }
            certificates.append(der)
        }
        guard let leaf = certificates.first else { throw BundleFailure.certificateMissing }
        return .certificate(leaf, intermediates: Array(certificates.dropFirst()))
    }

    // MARK: Content

    private static func content(_ message: ProtoMessage) throws -> Content {
        switch (message.has("messageSignature"), message.has("dsseEnvelope")) {
        case (true, true): throw BundleFailure.bundleMalformed("messageSignature and dsseEnvelope together, wanted one of them")
        case (false, false): throw BundleFailure.bundleMalformed("neither messageSignature nor dsseEnvelope")
        case (true, false): return .message(try messageSignature(message))
        case (false, true):
            let envelope = try message.message("dsseEnvelope", members: DSSEEnvelope.members)
            return .envelope(try DSSEEnvelope(envelope!))
        }
    }

    private static func messageSignature(_ message: ProtoMessage) throws -> MessageSignature {
        guard let content = try message.message("messageSignature", members: ["messageDigest", "signature"]),
            let signature = try content.bytes("signature"), !signature.isEmpty
        else { throw BundleFailure.bundleMalformed("messageSignature.signature: nothing") }
        guard signature.count <= BundleLimits.signature else {
            throw BundleFailure.bundleMalformed("messageSignature.signature: \(signature.count) bytes")
        }
        guard let digest = try content.message("messageDigest", members: ["algorithm", "digest"]) else {
            return MessageSignature(digest: nil, signature: signature)
        }
        let name = try digest.string("algorithm") ?? ""
        guard let algorithm = DigestAlgorithm(protoName: name) else {
            throw BundleFailure.algorithmUnsupported(
                "messageDigest.algorithm \"\(String(name.prefix(32)).printable)\", wanted SHA2_256, SHA2_384 or SHA2_512")
        }
        guard let hint = MessageDigest(try digest.bytes("digest") ?? [], algorithm: algorithm) else {
            throw BundleFailure.bundleMalformed("messageSignature.messageDigest.digest: wanted \(algorithm.byteCount) bytes")
        }
        return MessageSignature(digest: hint, signature: signature)
    }

    // MARK: Proofs

    private static func timestamps(_ material: ProtoMessage) throws -> [[UInt8]] {
        guard let data = try material.message("timestampVerificationData", members: ["rfc3161Timestamps"]) else { return [] }
        let elements = try data.values("rfc3161Timestamps")
        guard elements.count <= BundleLimits.timestamps else {
            throw BundleFailure.tooManyTimestamps(count: elements.count, limit: BundleLimits.timestamps)
        }
        var timestamps: [[UInt8]] = []
        for (index, element) in elements.enumerated() {
            let timestamp = try ProtoMessage(element, at: "\(data.field("rfc3161Timestamps"))[\(index)]", members: ["signedTimestamp"])
            guard let bytes = try timestamp.bytes("signedTimestamp"), !bytes.isEmpty else {
                throw BundleFailure.bundleMalformed("\(timestamp.field("signedTimestamp")): nothing")
            }
            timestamps.append(bytes)
        }
        guard Set(timestamps).count == timestamps.count else { throw BundleFailure.duplicateTimestamp }
        return timestamps
    }

    private static func logEntries(_ material: ProtoMessage) throws -> [LogEntry] {
        let elements = try material.values("tlogEntries")
        guard elements.count <= BundleLimits.logEntries else {
            throw BundleFailure.tooManyLogEntries(count: elements.count, limit: BundleLimits.logEntries)
        }
        var entries: [LogEntry] = []
        for (index, element) in elements.enumerated() {
            entries.append(
                try LogEntry(ProtoMessage(element, at: "\(material.field("tlogEntries"))[\(index)]", members: LogEntry.members)))
        }
        struct Place: Hashable {
            var log: [UInt8]
            var index: Int64
        }
        guard Set(entries.map { Place(log: $0.logID, index: $0.index) }).count == entries.count else {
            throw BundleFailure.duplicateLogEntry
        }
        return entries
    }

    /// What each version must bring: 0.1 a promise, later ones a proof with its checkpoint.
    private func checkPromisesAndProofs() throws(LogFailure) {
        for entry in logEntries {
            if version == .v0_1 {
                guard entry.promise != nil else { throw .setMissing }
            } else {
                guard entry.proof != nil else { throw .proofMissing }
            }
            if let proof = entry.proof, proof.checkpoint == nil, version != .v0_1 { throw .checkpointMissing }
        }
    }
}

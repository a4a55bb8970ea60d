import JSON

/// What stands beside a classic keyless signature in its layer's annotations: the certificate, its chain, the log's promise.
struct KeylessMaterial: Sendable {
    var certificate: Certificate
    /// What the chain brings along; its roots are left out, since roots come from the trust root alone.
    var intermediates: [Certificate]
    var proof: SignatureProof

    /// - Parameters:
    ///   - timestamped: what an RFC 3161 time stamp is made over: the signature, or for an attestation the whole envelope.
    ///   - roots: what of the chain stands in them has been read already.
    init(
        _ annotations: [String: String], signature: [UInt8], timestamped: [UInt8], roots: [TrustedRoot] = []
    ) throws(VerificationFailure) {
        guard let pem = annotations[SignatureLayer.certificateAnnotation], !pem.isEmpty else { throw .bundle(.certificateMissing) }
        do {
            let certificates = try Certificate.all(pem: pem)
            guard certificates.count == 1 else { throw BundleFailure.certificateAmbiguous(count: certificates.count) }
            certificate = certificates[0]
            let chain = annotations[SignatureLayer.chainAnnotation] ?? ""
            let candidates = chain.isEmpty ? [] : try Certificate.all(pem: chain, known: roots)
            guard candidates.count <= BundleLimits.certificates else {
                throw BundleFailure.tooManyCertificates(count: candidates.count, limit: BundleLimits.certificates)
            }
            intermediates = candidates.filter { $0.issuer != $0.subject }
            guard let bundle = annotations[SignatureLayer.bundleAnnotation], !bundle.isEmpty else { throw LogFailure.setMissing }
            proof = SignatureProof(
                signature: signature, timestamped: timestamped, logEntries: [try LogEntry(classicBundle: bundle)],
                timestamps: try Self.timestamps(annotations[SignatureLayer.timestampAnnotation] ?? ""))
        } catch let failure as BundleFailure {
            throw .bundle(failure)
        } catch let failure as LogFailure {
            throw .log(failure)
        } catch let failure as CertificateFailure {
            throw .certificate(failure)
        } catch {
            throw .bundle(.bundleMalformed("\(error)"))
        }
    }

    /// `{"SignedRFC3161Timestamp": base64}`, as cosign writes it.
    private static func timestamps(_ text: String) throws -> [[UInt8]] {
        guard !text.isEmpty else { return [] }
        let json = try JSON.parse(text, limits: JSONLimits(size: BundleLimits.annotation, depth: 8))
        let message = try ProtoMessage(json, at: SignatureLayer.timestampAnnotation, members: ["SignedRFC3161Timestamp"])
        guard let response = try message.bytes("SignedRFC3161Timestamp") else {
            throw BundleFailure.bundleMalformed("\(message.field("SignedRFC3161Timestamp")): nothing")
        }
        return [response]
    }

    /// Each root by itself; the first that vouches for all of it.
    func verify(
        _ content: SignatureSubject.Content, identities: [IdentityRequirement], roots: [TrustedRoot], certificateLogs: Int = 1
    ) throws(VerificationFailure) -> BundleEvidence {
        // The signature first, before anything is asked of the log: it costs least, and an entry for another one is then an entry mismatch.
        let key: PublicKey
        do { key = try certificate.publicKey() } catch { throw .certificate(error) }
        let subject = SignatureSubject(content: content, signature: proof.signature, key: key, certificate: certificate.der)
        let known: SignatureSubject.Hash
        do { known = try subject.verify(nil) } catch { throw .bundle(error) }
        return try TrustedRoot.any(of: roots) { (root) throws(VerificationFailure) in
            try BundleVerifier(root: root).verify(
                proof, content: content, certificate: certificate, intermediates: intermediates, identities: identities,
                certificateLogs: certificateLogs, known: known)
        }
    }
}

extension LogEntry {
    /// Reads the annotation `dev.sigstore.cosign/bundle`: a promise and what it is made over; no inclusion proof.
    init(classicBundle text: String) throws {
        let json = try JSON.parse(text, limits: JSONLimits(size: BundleLimits.annotation, depth: 8))
        let bundle = try ProtoMessage(json, at: SignatureLayer.bundleAnnotation, members: ["SignedEntryTimestamp", "Payload"])
        guard let promise = try bundle.bytes("SignedEntryTimestamp"), !promise.isEmpty else { throw LogFailure.setMissing }
        let members = ["body", "integratedTime", "logIndex", "logID"]
        guard let payload = try bundle.message("Payload", members: members), let body = try payload.bytes("body"),
            let logID = Hexadecimal.decode(try payload.required("logID")), let time = try payload.count("integratedTime"),
            let index = try payload.count("logIndex")
        else { throw BundleFailure.bundleMalformed("\(bundle.field("Payload")): without body, integratedTime, logIndex or logID") }
        // The annotation names no kind, so it is taken from the body; all else there is read once the promise over it holds.
        let kind = try LogEntry.classicKind(of: body)
        self.init(
            index: index, logID: logID, kind: kind.0, version: kind.1, integratedTime: time, promise: promise, proof: nil, body: body)
    }

    private static func classicKind(of body: [UInt8]) throws -> (String, String) {
        let limits = JSONLimits(size: LogEntryBody.sizeLimit, depth: LogEntryBody.depthLimit)
        let json: JSON
        do { json = try JSON.parse(body, limits: limits) } catch { throw LogFailure.entryMalformed("\(error)") }
        guard let kind = json["kind"]?.string, let version = json["apiVersion"]?.string else {
            throw LogFailure.entryMalformed("without kind or apiVersion")
        }
        return (kind, version)
    }
}
